// What a vault's logins may do is asked once a minute, for each role and each set of policies.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VaultRole } from '../../support/vault-double.ts';
import { startVaultWorld, type VaultWorld } from '../../support/vault-world.ts';

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

/** A vault that does not say what its tokens may do, until it is well again. */
function holdBack({ double }: Pick<VaultWorld, 'double'>): void {
  double.moodFrom = ({ path }) => path.endsWith('/capabilities-self');
  double.mood = 'hangs';
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

  it('is asked again by those who waited, where the time of who asked was over first', async () => {
    const { issueWithin, asked, double } = await start();
    holdBack({ double });
    const [first, second] = [new AbortController(), new AbortController()];
    const asking = issueWithin(first.signal, DATABASE);
    await expect.poll(asked).toBe(1);
    const waiting = issueWithin(second.signal, DATABASE);
    await expect.poll(() => double.live()).toHaveLength(2);
    double.mood = 'well';
    first.abort();
    await expect(asking).rejects.toThrow('was given up before it answered');
    expect((await waiting).values).toHaveProperty('user');
    expect([asked(), double.live().length]).toEqual([2, 1]);
  });

  it('fails all who waited at once, where the vault is what fails', async () => {
    const { issue, asked, double } = await start();
    double.moodFrom = ({ path }) => path.endsWith('/capabilities-self');
    double.mood = 'breaks';
    const all = await Promise.allSettled([issue(DATABASE), issue(DATABASE), issue(DATABASE)]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect([asked(), double.live()]).toEqual([1, []]);
  });
});
