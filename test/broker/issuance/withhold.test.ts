import { describe, expect, it } from 'vitest';
import { isSoundEnd, recordWithheldAtStop, recordWithheldLeft, withhold } from '../../../broker/issuance/withhold.ts';
import type { Credential } from '../../../broker/model.ts';
import type { CredentialProvider } from '../../../broker/providers/provider.ts';
import { Secret } from '../../../shared/secret.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const credentialOf = (changes: Partial<Credential> = {}): Credential => ({
  ...{ accessToken: new Secret('made-by-the-other-side'), tokenType: 'Bearer', issuedTokenType: 'x', values: {} },
  upstreamExpiresAt: NOW + 10 * MINUTE,
  ...changes,
});

interface Options {
  readonly credential?: Partial<Credential>;
  readonly provider?: CredentialProvider;
}

/** One that is made, and not on record as anything else than started. */
async function made(world: IssuanceWorld, { credential = {}, provider }: Options = {}) {
  const issuing = await world.issuing(provider === undefined ? {} : { provider });
  return { ...issuing, credential: credentialOf(credential), reason: 'it was too much' };
}

const withoutRevocation = (): CredentialProvider => {
  const { revoke: _none, ...provider } = createTestProvider();
  return provider;
};

describe('a credential that nobody may get', () => {
  it('is on record as that, with what it means, and is to be revoked', async () => {
    const world = await openIssuanceWorld();
    await withhold(world.deps, await made(world, { credential: { keyId: 'key-1' } }));
    expect(await world.entries()).toEqual([
      {
        ...{ type: 'issuance.withheld', v: 1, id: expect.any(String), nonce: expect.any(String), personal: {} },
        ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001' },
        ...{ kind: '_test', lease_id: 'lse_00001', reason: 'it was too much', revocation: 'immediate' },
        ...{ time: '2026-11-23T09:00:00.000Z', ends_at: '2026-11-23T09:10:00.000Z', key_id: 'key-1' },
        upstream_expires_at: '2026-11-23T09:10:00.000Z',
      },
    ]);
    expect(await world.find('lse_00001')).toMatchObject({ state: 'withheld', key_id: 'key-1' });
    expect(await world.toBeRevoked()).toEqual(['lse_00001']);
    expect(world.deps.withheld.size).toBe(0);
  });

  it.each<[string, Options, readonly string[]]>([
    ['can be', { credential: { revocation: 'immediate' } }, ['lse_00001']],
    [
      'can be, which its kind cannot promise of others',
      { provider: createTestProvider({ revocation: 'at-expiry' }) },
      ['lse_00001'],
    ],
    ['cannot be, unlike others of its kind', { credential: { revocation: 'none' } }, []],
    ['cannot be, like all of its kind', { provider: withoutRevocation() }, []],
  ])('is revoked where it %s', async (_what, options, revoked) => {
    const world = await openIssuanceWorld();
    await withhold(world.deps, await made(world, options));
    expect(await world.toBeRevoked()).toEqual(revoked);
    expect(await world.entries('issuance.withheld')).toHaveLength(1);
  });

  /** By a commit that seemed to fail. */
  const onRecord = async (world: IssuanceWorld, state: 'live' | 'ended' = 'live') => {
    const { id, request_id: requestId } = await world.lease({ lease: { state } });
    await world.store.commit((tx) => tx.sealedAnswers.put({ requestId, sealed: 'x', deleteAt: NOW + MINUTE }));
    const { grant: one, ...granted } = (await world.issuing()).granted;
    const grant = { ...one, issuanceId: 'iss_00001', leaseId: id, requestId };
    return { ...(await made(world)), granted: { ...granted, grant } };
  };

  it('was on record as issued: the lease and the copy of its answer go', async () => {
    const world = await openIssuanceWorld();
    const one = await onRecord(world);
    const { leaseId, requestId } = one.granted.grant;
    await withhold(world.deps, one);
    expect(await world.find(leaseId)).toMatchObject({ state: 'withheld' });
    expect(await world.toBeRevoked()).toEqual([leaseId]);
    const rows = await world.store.read(async (tx) => [
      await tx.sealedAnswers.find(requestId, 0),
      (await tx.requests.find(requestId))?.state,
    ]);
    expect(rows).toEqual([undefined, 'unknown']);
  });

  it('was on record, and is being revoked by what ended its lease: it is not revoked by us as well', async () => {
    const world = await openIssuanceWorld();
    await withhold(world.deps, await onRecord(world, 'ended'));
    expect(await world.entries('issuance.withheld')).toHaveLength(1);
    expect(await world.toBeRevoked()).toEqual([]);
  });

  it('is one entry and one revocation, however often it is recorded', async () => {
    const world = await openIssuanceWorld();
    const one = await made(world);
    for (const _again of [1, 2]) await withhold(world.deps, one);
    expect(await world.entries('issuance.withheld')).toHaveLength(1);
    expect(await world.toBeRevoked()).toEqual(['lse_00001']);
  });

  it('that is not on record yet is kept in mind, and said loudly', async () => {
    const world = await openIssuanceWorld();
    world.faults.arm({ at: 2, kind: 'failed' });
    await withhold(world.deps, await made(world));
    expect([...world.deps.withheld.keys()]).toEqual(['lse_00001']);
    expect(world.lines.join('')).toContain(
      '"message":"a withheld credential is not on record yet; it will be tried again"',
    );
    expect(world.lines.join('')).toContain('The store did not confirm the change.');
    expect(await world.toBeRevoked()).toEqual([]);
    await recordWithheldLeft(world.deps);
    expect(world.deps.withheld.size).toBe(0);
    expect(await world.toBeRevoked()).toEqual(['lse_00001']);
  });

  it('is put on record whatever becomes of another, and whoever has it done hears of that', async () => {
    const world = await openIssuanceWorld();
    for (const one of [await made(world), await made(world)]) world.deps.withheld.set(one.granted.grant.leaseId, one);
    world.faults.arm({ at: 1, kind: 'failed' });
    await expect(recordWithheldLeft(world.deps)).rejects.toThrow('The store did not confirm the change.');
    expect([...world.deps.withheld.keys()]).toEqual(['lse_00001']);
    expect(await world.entries('issuance.withheld')).toMatchObject([{ lease_id: 'lse_00002' }]);
  });

  it('that is not on record when the broker stops is said to be, and the stop goes on', async () => {
    const world = await openIssuanceWorld();
    const one = await made(world);
    world.deps.withheld.set('lse_00001', one);
    world.faults.arm({ at: 1, kind: 'failed' });
    await recordWithheldAtStop(world.deps);
    expect(world.lines.join('')).toContain('"message":"withheld credentials are not on record at stop"');
    expect(world.lines.join('')).toContain('The store did not confirm the change.');
  });
});

describe('an end that the other side names', () => {
  const LATEST = Date.UTC(9999, 11, 31);
  it.each([
    ['is in a moment', NOW + 1, true],
    ['is the last that can be written down', LATEST, true],
    ['is after that', LATEST + 1, false],
    ['is now', NOW, false],
    ['has passed', NOW - 1, false],
    ['is between two milliseconds', NOW + 1.5, false],
    ['is no number', Number.NaN, false],
    ['is none', null, false],
  ])('that %s can be gone by or not', (_what, end, sound) => {
    expect(isSoundEnd(end, NOW)).toBe(sound);
  });

  it('and that cannot be gone by is on record as none', async () => {
    const world = await openIssuanceWorld();
    await withhold(world.deps, await made(world, { credential: { upstreamExpiresAt: Number.NaN } }));
    expect(await world.entries()).toMatchObject([{ upstream_expires_at: null, ends_at: '2026-11-23T09:10:00.000Z' }]);
  });
});
