import { describe, expect, it } from 'vitest';
import { reconcile, reconcileAtStart } from '../../../broker/issuance/reconcile.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

/** How long the other side may take, with a margin. */
const GIVEN = 10_000 + 30_000;

const statesOf = (world: IssuanceWorld) =>
  world.store.read(async (tx) => [
    (await tx.requests.find('req_00001'))?.state,
    (await tx.issuances.find('iss_00001'))?.state,
  ]);

describe('an issuance that was left open', () => {
  it('is closed at start, whatever the clock says, as one that nobody knows the outcome of', async () => {
    const world = await openIssuanceWorld();
    await world.issuing();
    world.time.now = NOW - MINUTE;
    expect(await reconcileAtStart(world.deps)).toBe(1);
    expect(await statesOf(world)).toEqual(['unknown', 'unknown']);
    expect(await world.entries()).toEqual([
      {
        ...{ type: 'issuance.unknown', v: 1, id: expect.any(String), nonce: expect.any(String), personal: {} },
        ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001' },
        ...{ kind: '_test', reason: 'the broker stopped before the outcome was known' },
        // An hour is the longest that the other side can have made it live, from the last moment at which it was asked.
        ...{ time: '2026-11-23T08:59:00.000Z', may_live_until: '2026-11-23T10:00:40.000Z' },
      },
    ]);
    expect(await reconcileAtStart(world.deps)).toBe(0);
  });

  it.each<[string, Parameters<IssuanceWorld['issuing']>[0], object]>([
    ['for ever, where that was asked for', { grant: { ttl: 'never' } }, { may_live_until: null }],
  ])('may have made something that lives %s', async (_how, options, until) => {
    const world = await openIssuanceWorld();
    await world.issuing(options);
    await reconcileAtStart(world.deps);
    expect(await world.entries()).toMatchObject([until]);
  });

  it('of a kind that is issued no longer is closed without a word on how long it lives', async () => {
    const world = await openIssuanceWorld();
    await world.issuing();
    await reconcileAtStart({ ...world.deps, providers: new Map() });
    const [entry] = await world.entries('issuance.unknown');
    expect(entry).not.toHaveProperty('may_live_until');
  });

  it('is closed while running once its time is over, and not before', async () => {
    const world = await openIssuanceWorld();
    await world.issuing();
    world.time.now = NOW + GIVEN - 1;
    await reconcile(world.deps);
    expect(await statesOf(world)).toEqual(['issuing', 'started']);
    world.time.now += 1;
    await reconcile(world.deps);
    expect(await statesOf(world)).toEqual(['unknown', 'unknown']);
    const reason = 'no outcome was put on record in the time that it had';
    expect(await world.entries()).toMatchObject([{ type: 'issuance.unknown', reason }]);
  });
});

describe('now and then', () => {
  it('leases end, sealed answers go, and orders are worked off', async () => {
    const world = await openIssuanceWorld();
    const [one, other] = [await world.lease({ lease: { ends_at: NOW } }), await world.lease()];
    await world.store.commit(async (tx) => {
      await tx.sealedAnswers.put({ requestId: 'req_another', sealed: 'x', deleteAt: NOW });
      await tx.revocations.insert({
        ...{ id: 'rev_1', scope: 'everything', target: '', ordered_by: null, ordered_at: NOW, reach: NOW },
        ...{ leases: 2, ended: 0, finished_at: null },
      });
    });
    await reconcile(world.deps);
    expect([(await world.find(one.id))?.state, (await world.find(other.id))?.state]).toEqual(['expired', 'ended']);
    expect(await world.store.read((tx) => tx.sealedAnswers.find('req_another', 0))).toBeUndefined();
  });
});
