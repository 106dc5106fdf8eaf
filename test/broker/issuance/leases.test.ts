import { describe, expect, it } from 'vitest';
import { endLeasesOfKey } from '../../../broker/issuance/end-leases-of-key.ts';
import { jobEnded } from '../../../broker/issuance/job-ended.ts';
import { endByOrder, expireLeases, type LeaseHolder, returnLease } from '../../../broker/issuance/leases.ts';
import type { LeaseRow } from '../../../broker/store/leases.ts';
import type { KeyState } from '../../../broker/store/signing-keys.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

const NO_SUCH = { code: 'NOT_FOUND', message: 'There is no such lease of this job.' };
const HASH = 'hash-of-the-request-secret';

/** What every entry about the first lease has. */
const OF = {
  ...{ v: 1, id: expect.any(String), nonce: expect.any(String), personal: {}, time: '2026-11-23T09:00:00.000Z' },
  ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001' },
  lease_id: 'lse_00001',
};
const DIES = '2026-11-23T09:10:00.000Z';

async function withLease(lease: Partial<LeaseRow> = {}) {
  const world = await openIssuanceWorld();
  await world.lease({ lease });
  await world.store.commit(async (tx) => {
    await tx.sealedAnswers.put({ requestId: 'req_00001', sealed: 'x', deleteAt: NOW + 2 * MINUTE });
    await tx.requestSecrets.insert({ secretHash: HASH, requestId: 'req_00001', parameters: '[]' });
  });
  const copy = () => world.store.read((tx) => tx.sealedAnswers.find('req_00001', 0));
  return { world, copy };
}

const stateOf = async (world: IssuanceWorld, id = 'lse_00001') => (await world.find(id))?.state;

describe('a lease that is given back', () => {
  it('ends, with the copy of its answer, and its credential is to be revoked', async () => {
    const { world, copy } = await withLease();
    const returned = await returnLease(world.deps, 'lse_00001', { jobKey: 'job' });
    expect(returned).toEqual({ revocation: 'immediate', upstreamExpiresAt: NOW + 10 * MINUTE });
    expect([await stateOf(world), await copy(), await world.toBeRevoked()]).toEqual([
      ...['returned', undefined],
      ['lse_00001'],
    ]);
    expect(await world.entries()).toEqual([
      { ...OF, type: 'lease.returned', revocation: 'immediate', upstream_expires_at: DIES },
    ]);
  });

  it.each<[string, LeaseHolder]>([
    ['the job that holds it', { jobKey: 'job' }],
    ['whoever has the secret of its request', { requestSecretHash: HASH }],
  ])('is given back by %s', async (_who, holder) => {
    const { world } = await withLease();
    expect(await returnLease(world.deps, 'lse_00001', holder)).toBeDefined();
    expect((await world.entries())[0]).not.toHaveProperty('by');
  });

  it('is given back by whoever shows its token, and that is on record', async () => {
    const { world } = await withLease();
    await returnLease(world.deps, 'lse_00001', { issuanceId: 'iss_00001' });
    expect(await world.entries()).toEqual([
      { ...OF, type: 'lease.returned', revocation: 'immediate', upstream_expires_at: DIES, by: 'token' },
    ]);
  });

  it.each<[string, LeaseHolder]>([
    ['another job', { jobKey: 'another' }],
    ['another secret', { requestSecretHash: 'another' }],
    ['another token', { issuanceId: 'iss_00002' }],
  ])('is not given back by %s, and stays as it is', async (_who, holder) => {
    const { world } = await withLease();
    await expect(returnLease(world.deps, 'lse_00001', holder)).rejects.toMatchObject(NO_SUCH);
    expect([await stateOf(world), await world.entries()]).toEqual(['live', []]);
  });

  it('is not given back where there is none', async () => {
    const { world } = await withLease();
    await expect(returnLease(world.deps, 'lse_00002', { jobKey: 'job' })).rejects.toMatchObject(NO_SUCH);
  });

  it('is given back once: the second time there is nothing to do', async () => {
    const { world } = await withLease();
    await returnLease(world.deps, 'lse_00001', { jobKey: 'job' });
    expect(await returnLease(world.deps, 'lse_00001', { jobKey: 'job' })).toBeUndefined();
    expect(await world.entries()).toHaveLength(1);
  });

  it.each<[string, Partial<LeaseRow>, readonly string[]]>([
    ['never dies', { upstream_expires_at: null }, ['lse_00001']],
    ['lives a moment longer', { upstream_expires_at: NOW + 1 }, ['lse_00001']],
    ['has died', { upstream_expires_at: NOW }, []],
    ['nobody can revoke', { revocation: 'at-expiry' }, []],
  ])('is to be revoked or not, where its credential %s', async (_what, lease, revoked) => {
    const { world } = await withLease(lease);
    await returnLease(world.deps, 'lse_00001', { jobKey: 'job' });
    expect(await world.toBeRevoked()).toEqual(revoked);
  });
});

describe('a lease whose time has come', () => {
  it('ends, on record', async () => {
    const { world, copy } = await withLease({ ends_at: NOW });
    await expireLeases(world.deps);
    expect([await stateOf(world), await copy(), await world.toBeRevoked()]).toEqual([
      ...['expired', undefined],
      ['lse_00001'],
    ]);
    expect(await world.entries()).toEqual([{ ...OF, type: 'lease.expired', ends_at: '2026-11-23T09:00:00.000Z' }]);
  });

  it.each([
    ['in a moment', NOW + 1],
    ['never', null],
  ])('comes later where that is %s', async (_when, ends_at) => {
    const { world } = await withLease({ ends_at });
    await expireLeases(world.deps);
    expect(await stateOf(world)).toBe('live');
  });

  it('is one of many, and all of them end', async () => {
    const world = await openIssuanceWorld();
    await world.leases(201, { lease: { ends_at: NOW } });
    world.faults.arm();
    await expireLeases(world.deps);
    expect([(await world.entries('lease.expired')).length, world.faults.commits]).toEqual([201, 3]);
  });
});

describe('a lease that is ended before its time', () => {
  it.each([
    ['an order', { because: 'revocation-ordered', revocationId: 'rev_1' }, { revocation_id: 'rev_1' }],
    ['the end of its job', { because: 'job-ended' }, {}],
  ] as const)('by %s is on record with what that means', async (_by, order, named) => {
    const { world } = await withLease();
    const lease = (await world.find('lse_00001')) as LeaseRow;
    const end = () => world.store.commit((tx) => endByOrder(world.deps, tx, { lease, ...order }));
    await end();
    expect(await world.entries()).toEqual([
      {
        ...{ ...OF, type: 'lease.ended', because: order.because, ...named },
        ...{ revocation: 'immediate', upstream_expires_at: DIES },
      },
    ]);
    expect(await stateOf(world)).toBe('ended');
    await end();
    expect([await world.entries(), await world.toBeRevoked()]).toEqual([[expect.anything()], ['lse_00001']]);
  });

  it('counts what was still being made for its job, and says why that is nobody’s', async () => {
    const world = await openIssuanceWorld();
    await world.lease({ lease: { check_run_id: '501' } });
    await world.issuing({ grant: { subject: buildSubject({ checkRunId: '501' }) } });
    await world.issuing({ grant: { subject: buildSubject({ checkRunId: '502' }) } });
    expect(await jobEnded(world.deps, { issuer: 'github', checkRunId: '501' })).toBe(2);
    expect(await world.entries('grant.ended')).toMatchObject([{ grant_id: 'grt_00002', because: 'job-ended' }]);
  });

  it('is each that its job still holds, where that is over', async () => {
    const world = await openIssuanceWorld();
    await world.leases(2, { lease: { check_run_id: '501' } });
    await world.lease({ lease: { check_run_id: '502' } });
    expect(await jobEnded(world.deps, { issuer: 'elsewhere', checkRunId: '501' })).toBe(0);
    expect(await jobEnded(world.deps, { issuer: 'github', checkRunId: '501' })).toBe(2);
    expect(await jobEnded(world.deps, { issuer: 'github', checkRunId: '501' })).toBe(0);
    expect(await world.entries()).toMatchObject([
      { type: 'lease.ended', lease_id: 'lse_00001', because: 'job-ended' },
      { type: 'lease.ended', lease_id: 'lse_00002', because: 'job-ended' },
    ]);
    expect(await stateOf(world, 'lse_00003')).toBe('live');
  });
});

describe('the leases of a key that leaked', () => {
  const withKey = async (state: KeyState, many = 1) => {
    const world = await openIssuanceWorld();
    const row = { purpose: 'credential', algorithm: 'ES256', public_key: '', sealed_private_key: '' } as const;
    await world.store.commit(async (tx) => {
      for (const id of ['key-1', 'key-2'])
        await tx.signingKeys.insert({ ...row, id, state, created_at: 0, changed_at: 0, changes_at: null });
    });
    await world.leases(many, { lease: { key_id: 'key-1', revocation: 'at-expiry' } });
    await world.lease({ lease: { key_id: 'key-2' } });
    return world;
  };

  it('end with it, and what that means is on record', async () => {
    const world = await withKey('withdrawn');
    expect(await endLeasesOfKey(world.deps, 'key-1')).toEqual([
      {
        ...{ lease_id: 'lse_00001', issuance_id: 'iss_00001', project: 'shop', entitlement: 'preview' },
        upstream_expires_at: DIES,
      },
    ]);
    expect(await world.entries()).toEqual([
      {
        ...{ ...OF, type: 'lease.ended', because: 'key-compromised', key_id: 'key-1' },
        ...{ revocation: 'at-expiry', upstream_expires_at: DIES },
      },
    ]);
    expect([await stateOf(world), await stateOf(world, 'lse_00002')]).toEqual(['ended', 'live']);
  });

  it.each(['next', 'current', 'previous', 'retired'] as const)('live on while it is %s', async (state) => {
    const world = await withKey(state);
    expect(await endLeasesOfKey(world.deps, 'key-1')).toEqual([]);
    expect([await stateOf(world), await world.entries()]).toEqual(['live', []]);
  });

  it('end however many they are, some in each commit', async () => {
    const world = await withKey('withdrawn', 201);
    world.faults.arm();
    const ended = await endLeasesOfKey(world.deps, 'key-1');
    expect([ended.length, new Set(ended.map(({ lease_id }) => lease_id)).size]).toEqual([201, 201]);
    expect(world.faults.commits).toBe(3);
  });
});
