// Ending a lease of a vault, and everything that must not pass for its end (P8).
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential } from '../../../broker/model.ts';
import { Secret } from '../../../shared/secret.ts';
import { startVaultWorld, type VaultWorld, type VaultWorldOptions } from '../../support/vault-world.ts';

const DATABASE = { path: 'database/creds/shop', values: { user: 'username', password: 'password' } };
const STATIC = { path: 'kv/data/shop' };

async function start(options?: VaultWorldOptions): Promise<VaultWorld> {
  const world = await startVaultWorld(options);
  onTestFinished(world.close);
  return world;
}

const tokenIn = ({ revocationHandle }: Credential): string => JSON.parse(revocationHandle?.reveal() ?? '{}').token;

describe('revoking', () => {
  const lease = (credential: Credential) => ({
    ...{ id: 'lse_1', issuanceId: 'iss_1', kind: 'vault-secret', endsAt: null, upstreamExpiresAt: null },
    revocationHandle: credential.revocationHandle,
  });

  it('is not said of a login that lives on without the right to end itself', async () => {
    const { issue, double, provider } = await start();
    const credential = await issue(DATABASE);
    double.mood = 'refuses';
    double.moodFrom = ({ path }) => path.endsWith('/revoke-self');
    await expect(provider.revoke?.(lease(credential), new AbortController().signal)).rejects.toThrow('refused (403)');
    expect(double.revoked).toEqual([]);
  });

  it('is not said of a login that the vault lets do nothing, while what it made is there', async () => {
    const { issue, double, provider } = await start();
    const credential = await issue(DATABASE);
    double.mood = 'refuses';
    double.moodFrom = ({ headers }) => headers['x-vault-token'] === tokenIn(credential);
    await expect(provider.revoke?.(lease(credential), new AbortController().signal)).rejects.toThrow('refused (403)');
    expect(double.live()).toEqual([tokenIn(credential)]);
  });

  it('is said of a login that the vault lets do nothing, once what it made is gone', async () => {
    const { issue, double, provider } = await start();
    const credential = await issue(DATABASE);
    double.endLease(tokenIn(credential));
    double.mood = 'refuses';
    double.moodFrom = ({ headers }) => headers['x-vault-token'] === tokenIn(credential);
    await provider.revoke?.(lease(credential), new AbortController().signal);
    expect([double.live(), double.complaints]).toEqual([[tokenIn(credential)], []]);
  });

  it('is said without another login where the vault says that it does not know the login any more', async () => {
    const { issue, double, provider } = await start({ vault: { tellsUnknown: true } });
    const credential = await issue(DATABASE);
    await provider.revoke?.(lease(credential), new AbortController().signal);
    const before = double.requests.length;
    await provider.revoke?.(lease(credential), new AbortController().signal);
    expect(double.requests.slice(before)).toEqual(['POST /v1/auth/token/revoke-self']);
  });

  it('is not said where nobody can sign in to ask whether it is gone', async () => {
    const { issue, double, provider } = await start();
    const credential = await issue(DATABASE);
    await provider.revoke?.(lease(credential), new AbortController().signal);
    double.mood = 'breaks';
    double.moodFrom = ({ path }) => path.endsWith('/login');
    await expect(provider.revoke?.(lease(credential), new AbortController().signal)).rejects.toThrow(
      'does not say whether what it made is gone',
    );
  });

  it('is not said by another vault that took the name of the one that made the lease', async () => {
    const [old, other] = [await start(), await start({ vault: { tellsUnknown: true } })];
    const credential = await old.issue(DATABASE);
    await expect(other.provider.revoke?.(lease(credential), new AbortController().signal)).rejects.toThrow(
      'was made at another address',
    );
    expect(old.double.live()).toEqual([tokenIn(credential)]);
  });

  it('of a lease without a handle, or at a vault that is gone, is a failure', async () => {
    const { issue, provider } = await start();
    const credential = await issue(STATIC, { ttl: 'never' });
    await expect(provider.revoke?.(lease(credential), new AbortController().signal)).rejects.toThrow(
      'has nothing that',
    );
  });

  it('of a lease that an earlier version made is done by its login', async () => {
    const { issue, double, provider } = await start();
    const credential = await issue(DATABASE);
    const revocationHandle = new Secret(`vault-prod:${tokenIn(credential)}`);
    const old = { ...lease(credential), revocationHandle };
    await provider.revoke?.(old, new AbortController().signal);
    expect(double.live()).toEqual([]);
    // What it made is not on record, so nobody can ask after it.
    await expect(provider.revoke?.(old, new AbortController().signal)).rejects.toThrow('refused (403)');
  });
});
