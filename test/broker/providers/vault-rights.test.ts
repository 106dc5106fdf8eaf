// What a vault's logins may do is asked once a minute, for each role and each set of policies.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VaultRole } from '../../support/vault-double.ts';
import { startVaultWorld } from '../../support/vault-world.ts';

const DATABASE = { path: 'database/creds/shop', values: { user: 'username', password: 'password' } };
const ASKED = 'POST /v1/sys/capabilities-self';

const roleOf = (more: Partial<VaultRole> = {}): VaultRole => ({
  ...{ audience: 'vault-prod', subject: ['project:shop:entitlement:deploy', 'project:shop:entitlement:other'] },
  paths: { 'database/creds/shop': 'read' },
  ...more,
});

async function start(role: Partial<VaultRole> = {}) {
  const time = { now: Date.now() };
  const roles = { shop: roleOf(role), second: roleOf() };
  const world = await startVaultWorld({ vault: { roles }, clock: { now: () => time.now } });
  onTestFinished(world.close);
  const asked = (): number => world.double.requests.filter((request) => request === ASKED).length;
  return { ...world, time, roles, asked };
}

describe('whether a login may end itself', () => {
  it('is asked by the first of a minute, and again after it', async () => {
    const { issue, asked, time, double } = await start();
    await issue(DATABASE);
    await issue(DATABASE);
    time.now += 59_999;
    await issue(DATABASE);
    expect(asked()).toBe(1);
    time.now += 1;
    await issue(DATABASE);
    expect([asked(), double.live().length, double.complaints]).toEqual([2, 4, []]);
  });

  it('is asked once by those who come at the same time', async () => {
    const { issue, asked, double } = await start();
    await Promise.all([issue(DATABASE), issue(DATABASE), issue(DATABASE)]);
    expect([asked(), double.live().length]).toEqual([1, 3]);
  });

  it('is asked for each role and each entitlement by itself', async () => {
    const { issue, asked } = await start();
    await issue(DATABASE);
    await issue({ ...DATABASE, role: 'second' });
    await issue(DATABASE, { entitlement: 'other' });
    expect(asked()).toBe(3);
  });

  it('is asked anew where the role gives other policies', async () => {
    const { issue, asked, roles, double } = await start();
    await issue(DATABASE);
    roles.shop = roleOf({ withoutDefault: true });
    await expect(issue(DATABASE)).rejects.toThrow('its tokens may not revoke themselves');
    expect(asked()).toBe(2);
    expect(double.requests.filter((request) => request === 'GET /v1/database/creds/shop')).toHaveLength(1);
  });

  it('is asked again after a no, which somebody may just have mended', async () => {
    const { issue, asked, roles } = await start({ withoutDefault: true });
    await expect(issue(DATABASE)).rejects.toThrow('its tokens may not revoke themselves');
    roles.shop = roleOf();
    await issue(DATABASE);
    expect(asked()).toBe(2);
  });
});
