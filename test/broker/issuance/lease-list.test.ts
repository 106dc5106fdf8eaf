import { describe, expect, it } from 'vitest';
import { type LeaseQuery, listLeases } from '../../../broker/issuance/lease-list.ts';
import { workOffOrders } from '../../../broker/issuance/revocation-orders.ts';
import type { Narrowing } from '../../../broker/store/narrowing.ts';
import type { RevocationScope } from '../../../broker/store/revocations.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

const list = ({ store }: IssuanceWorld, changes: Partial<LeaseQuery> = {}) =>
  store.read((tx) => listLeases(tx, { state: undefined, only: {}, before: undefined, limit: 50, ...changes }));

const ORDER = {
  ...{ id: 'rev_1', ordered_by: null, ordered_at: NOW, reach: NOW, leases: 0, ended: 0, finished_at: null },
};

async function idsOf(world: IssuanceWorld, changes: Partial<LeaseQuery> = {}): Promise<readonly string[]> {
  return (await list(world, changes)).leases.map(({ id }) => id);
}

describe('the list of leases', () => {
  it('has of each what it is, whose, and what is left of its credential', async () => {
    const world = await openIssuanceWorld();
    await world.lease({ request: { requester: 'prn_requester' }, lease: { ends_at: null } });
    const { sha, ref, jobWorkflowRef } = buildSubject();
    expect(await list(world)).toEqual({
      now: '2026-11-23T09:00:00.000Z',
      leases: [
        {
          ...{ id: 'lse_00001', request_id: 'req_00001', issuance_id: 'iss_00001', kind: '_test', state: 'live' },
          ...{ project: 'shop', entitlement: 'preview', issued_at: '2026-11-23T09:00:00.000Z', ends_at: null },
          credential: {
            ...{ standing: 'usable', revocation: 'immediate', dies_at: '2026-11-23T09:10:00.000Z' },
            says: 'can be revoked; dies at 09:10:00 UTC',
          },
          job: {
            ...{ issuer: 'github', repository: 'acme/shop', repository_id: '2001', ref, sha },
            ...{ job_workflow_ref: jobWorkflowRef, run_id: '15987654321', run_attempt: '1', actor: 'octocat' },
          },
          principal: 'prn_requester',
        },
      ],
    });
  });

  it('says of one whose revocation waits that it does', async () => {
    const world = await openIssuanceWorld();
    await world.lease({ lease: { state: 'returned' } });
    const item = { id: 'obx_1', kind: 'revoke', payload: 'lse_00001', dueAt: NOW } as const;
    await world.store.commit((tx) => tx.outbox.put(item));
    expect((await list(world)).leases[0]?.credential.standing).toBe('being-revoked');
  });

  it('is of one state, where that is asked for, or of those whose revocation fails', async () => {
    const world = await openIssuanceWorld();
    for (const state of ['live', 'returned', 'ended', 'live'] as const) await world.lease({ lease: { state } });
    await world.store.commit(async (tx) => {
      await tx.outbox.put({ id: 'obx_1', kind: 'revoke', payload: 'lse_00003', dueAt: NOW });
      await tx.outbox.claim({ kind: 'revoke', now: NOW, claimedUntil: NOW + MINUTE, limit: 1 });
      await tx.outbox.retry('obx_1', NOW + MINUTE);
    });
    expect(await idsOf(world)).toEqual(['lse_00004', 'lse_00003', 'lse_00002', 'lse_00001']);
    expect(await idsOf(world, { state: 'live' })).toEqual(['lse_00004', 'lse_00001']);
    expect(await idsOf(world, { state: 'returned' })).toEqual(['lse_00002']);
    expect(await idsOf(world, { state: 'failing' })).toEqual(['lse_00003']);
  });

  const subjectOf = (changes: Parameters<typeof buildSubject>[0]) => JSON.stringify(buildSubject(changes));
  const REUSED = 'acme/actions/.github/workflows/deploy.yml@refs/tags/v3';

  /** Three, of which each has something that no other has. */
  async function openVaried(): Promise<IssuanceWorld> {
    const world = await openIssuanceWorld();
    await world.lease({ request: { subject: subjectOf({ sha: 'b'.repeat(40) }), requester: 'prn_requester' } });
    await world.lease({ request: { entitlement: 'deploy', subject: subjectOf({ jobWorkflowRef: REUSED }) } });
    await world.lease({
      request: { project: 'books', repository_id: '2002', subject: subjectOf({ repositoryId: '2002', actorId: '77' }) },
    });
    return world;
  }

  const NARROWED: readonly [Narrowing, readonly string[]][] = [
    [{ project: 'shop' }, ['lse_00002', 'lse_00001']],
    [{ entitlement: 'shop/deploy' }, ['lse_00002']],
    [{ repository: 'github/2002' }, ['lse_00003']],
    [{ commit: 'b'.repeat(40) }, ['lse_00001']],
    [{ 'called-workflow': REUSED }, ['lse_00002']],
    [{ lease: 'lse_00002' }, ['lse_00002']],
    [{ principal: 'prn_requester' }, ['lse_00001']],
    [{ principal: 'prn_actor' }, ['lse_00002', 'lse_00001']],
  ];

  it.each([
    ...NARROWED,
    [{ project: 'shop', commit: 'b'.repeat(40) }, ['lse_00001']],
    [{ project: 'books', commit: 'b'.repeat(40) }, []],
    [{ lease: 'lse_0000' }, []],
    [{ project: '' }, []],
  ] as const)('is of what all of %j name', async (only, ids) => {
    expect(await idsOf(await openVaried(), { only })).toEqual(ids);
  });

  it.each(NARROWED)('narrowed to %j is what an order of the same words ends', async (only, ids) => {
    const world = await openVaried();
    const [[scope, target]] = Object.entries(only) as [[RevocationScope, string]];
    await world.store.commit((tx) => tx.revocations.insert({ ...ORDER, scope, target }));
    await workOffOrders(world.deps);
    expect(await idsOf(world, { state: 'ended' })).toEqual(ids);
  });

  it('finds one lease at once, however many are newer', async () => {
    const world = await openIssuanceWorld();
    await world.leases(2_100);
    const found = await list(world, { state: 'live', only: { lease: 'lse_00007' } });
    expect([found.leases.map(({ id }) => id), found.next]).toEqual([['lse_00007'], undefined]);
    expect(await idsOf(world, { only: { lease: 'lse_00007' }, before: 'lse_00007' })).toEqual([]);
  });

  it('comes in pages, and each says where the next one begins', async () => {
    const world = await openIssuanceWorld();
    await world.leases(3);
    const first = await list(world, { limit: 2 });
    expect([first.leases.map(({ id }) => id), first.next]).toEqual([['lse_00003', 'lse_00002'], 'lse_00002']);
    const second = await list(world, { limit: 2, before: 'lse_00002' });
    expect(second).toMatchObject({ leases: [{ id: 'lse_00001' }] });
    expect(second).not.toHaveProperty('next');
  });

  it('ends where nothing is left: an empty page leads nowhere', async () => {
    const world = await openIssuanceWorld();
    expect(await list(world)).toEqual({ now: '2026-11-23T09:00:00.000Z', leases: [] });
    await world.lease();
    expect(await list(world, { before: 'lse_00001' })).not.toHaveProperty('next');
  });

  it('fills a page with what is asked for, and never more than that', async () => {
    const world = await openIssuanceWorld();
    for (let pair = 0; pair < 4; pair += 1) {
      await world.lease();
      await world.lease({ request: { project: 'books' } });
    }
    const page = await list(world, { only: { project: 'books' }, limit: 3 });
    expect([page.leases.map(({ id }) => id), page.next]).toEqual([
      ['lse_00008', 'lse_00006', 'lse_00004'],
      // Looked at with the last one that was found.
      'lse_00004',
    ]);
    expect(await idsOf(world, { only: { project: 'books' }, limit: 3, before: 'lse_00004' })).toEqual(['lse_00002']);
  });

  it('may be long', async () => {
    const world = await openIssuanceWorld();
    await world.leases(250);
    const { leases } = await list(world, { limit: 240 });
    expect([leases.length, leases.at(-1)?.id]).toEqual([240, 'lse_00011']);
  });

  it('finds what is live behind however much is over', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    await world.leases(2_000, { lease: { state: 'ended' } });
    expect(await idsOf(world, { state: 'live' })).toEqual(['lse_00001']);
  });

  it('looks through so many and no more: a page may be empty, and there is a next one', async () => {
    const world = await openIssuanceWorld();
    await world.leases(2_100);
    const page = await list(world, { only: { project: 'books' }, limit: 1_000 });
    expect(page).toMatchObject({ leases: [], next: 'lse_00101' });
    const last = await list(world, { only: { project: 'books' }, limit: 1_000, before: page.next });
    expect([last.leases, last.next]).toEqual([[], undefined]);
  });
});
