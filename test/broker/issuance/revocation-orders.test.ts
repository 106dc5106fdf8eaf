import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../broker/issuance/ordered-by.ts';
import { type Order, orderRevocation, projectOf, workOffOrders } from '../../../broker/issuance/revocation-orders.ts';
import type { RevocationRow } from '../../../broker/store/revocations.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

const order = (world: IssuanceWorld, changes: Partial<Order> = {}) =>
  orderRevocation(world.deps, { scope: 'everything', target: '', reason: 'INC-7', by: OPERATOR, ...changes });

const stateOf = async (world: IssuanceWorld, id = 'lse_00001') => (await world.find(id))?.state;
const rowOf = ({ store }: IssuanceWorld, id: string) => store.read((tx) => tx.revocations.find(id));

/** An order that nobody has worked on yet. */
const left = (changes: Partial<RevocationRow> = {}): RevocationRow => ({
  ...{ id: 'rev_1', scope: 'everything', target: '', ordered_by: null, ordered_at: NOW, reach: NOW },
  ...{ leases: 1, ended: 0, finished_at: null },
  ...changes,
});

const ALWAYS = { v: 1, id: expect.any(String), nonce: expect.any(String), time: '2026-11-23T09:00:00.000Z' };

describe('an order of revocation', () => {
  it('ends what it names, on record before and after, and says what it comes to', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    const ordered = await order(world, { scope: 'project', target: 'shop' });
    expect(ordered).toEqual({
      row: {
        ...{ id: expect.stringMatching(/^rev_/), scope: 'project', target: 'shop', ordered_by: null, ordered_at: NOW },
        ...{ reach: NOW, leases: 1, ended: 1, finished_at: NOW },
      },
      ...{ entry: 0, revocable: 1, dying: 0, lastEnd: null, endless: 0, underWay: 0 },
    });
    const named = { revocation_id: ordered.row.id, project: 'shop' };
    expect(await world.entries()).toEqual([
      {
        ...{ ...ALWAYS, ...named, type: 'access.revocation_ordered', scope: 'project', target: 'shop', leases: 1 },
        under_way: 0,
        ...{ by: 'operator', step_up: 'none', personal: { reason: expect.any(String) } },
      },
      expect.objectContaining({
        ...{ type: 'lease.ended', lease_id: 'lse_00001', because: 'revocation-ordered' },
        revocation_id: ordered.row.id,
      }),
      { ...ALWAYS, ...named, type: 'access.revocation_finished', ended: 1, personal: {} },
    ]);
    expect([await stateOf(world), await world.toBeRevoked()]).toEqual(['ended', ['lse_00001']]);
  });

  it('counts what can be revoked, what dies by itself, and what never does', async () => {
    const world = await openIssuanceWorld();
    await world.leases(2);
    await world.lease({ lease: { revocation: 'at-expiry' } });
    await world.lease({ lease: { revocation: 'at-expiry', upstream_expires_at: NOW + 20 * MINUTE } });
    await world.lease({ lease: { revocation: 'none', upstream_expires_at: NOW + 30 * MINUTE } });
    await world.lease({ lease: { revocation: 'none', upstream_expires_at: null } });
    const { row, entry: _, ...counted } = await order(world);
    expect(counted).toEqual({ revocable: 2, dying: 3, lastEnd: NOW + 30 * MINUTE, endless: 1, underWay: 0 });
    expect([row.leases, row.ended]).toEqual([6, 6]);
  });

  it('of what never dies alone names no last end', async () => {
    const world = await openIssuanceWorld();
    await world.lease({ lease: { revocation: 'none', upstream_expires_at: null } });
    expect(await order(world)).toMatchObject({ revocable: 0, dying: 0, lastEnd: null, endless: 1 });
  });

  it('reaches what was issued before a clock was put back, and not what is issued after it', async () => {
    const world = await openIssuanceWorld();
    await world.lease({ lease: { issued_at: NOW + MINUTE } });
    expect((await order(world)).row).toMatchObject({ reach: NOW + MINUTE, ended: 1 });
    await world.lease({ lease: { issued_at: NOW + MINUTE } });
    await world.store.commit((tx) => tx.revocations.insert(left()));
    await workOffOrders(world.deps);
    expect(await stateOf(world, 'lse_00002')).toBe('live');
  });

  it('ends what is being issued, and what may still be, of what it names alone', async () => {
    const world = await openIssuanceWorld();
    await world.issuing({ requester: 'prn_requester' });
    await world.issuing({ requester: 'prn_requester', onlyGranted: true });
    await world.issuing({ requester: 'prn_other' });
    await world.lease({ request: { requester: 'prn_requester' }, lease: { state: 'returned' } });
    const { row, underWay } = await order(world, { scope: 'principal', target: 'prn_requester' });
    expect([row.leases, underWay]).toEqual([0, 2]);
    const named = { because: 'revocation-ordered', revocation_id: row.id, project: 'shop', entitlement: 'preview' };
    expect(await world.entries('grant.ended')).toMatchObject([
      { ...named, grant_id: 'grt_00001', request_id: 'req_00001' },
      { ...named, grant_id: 'grt_00002', request_id: 'req_00002' },
    ]);
    expect((await world.entries()).map(({ type }) => type)).toEqual([
      ...['access.revocation_ordered', 'grant.ended', 'grant.ended', 'access.revocation_finished'],
    ]);
  });

  it('leaves alone a grant that has lapsed, since nothing comes of it', async () => {
    const world = await openIssuanceWorld();
    await world.issuing({ onlyGranted: true });
    world.time.now += MINUTE;
    expect(await order(world)).toMatchObject({ underWay: 0 });
  });

  it('of a lease is of one too that is not there yet', async () => {
    const world = await openIssuanceWorld();
    await world.issuing();
    expect(await order(world, { scope: 'lease', target: 'lse_00001' })).toMatchObject({ underWay: 1 });
  });

  it('is of a name that is known, or of what is live or under way', async () => {
    const world = await openIssuanceWorld();
    const gone = { scope: 'project', target: 'books' } as const;
    await expect(order(world, gone)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message:
        'No lease of the project "books" is live, and the policies in force have none of that name, so nothing was ended: compare it with `leases list`.',
    });
    expect([await world.entries(), await world.store.read((tx) => tx.revocations.unfinished())]).toEqual([[], []]);
    await world.issuing({ grant: { project: 'books' } });
    expect(await order(world, gone)).toMatchObject({ underWay: 1, row: { ended: 0 } });
    await world.lease({ request: { project: 'books' } });
    expect(await order(world, gone)).toMatchObject({ underWay: 0, row: { ended: 1 } });
    expect((await order(world, { scope: 'project', target: 'shop' })).row).toMatchObject({
      leases: 0,
      finished_at: NOW,
    });
  });

  it.each([
    ['lease', 'lse_nothing', 'There is no lease "lse_nothing": `leases list` has them.'],
    ['principal', 'prn_nobody', 'There is no principal "prn_nobody": `leases list --json` names who asked.'],
  ] as const)('of a %s is of one that there is', async (scope, target, message) => {
    const world = await openIssuanceWorld();
    await expect(order(world, { scope, target })).rejects.toMatchObject({ code: 'NOT_FOUND', message });
  });

  it.each([
    ['lease', 'lse_00001'],
    ['principal', 'prn_requester'],
  ] as const)('of a %s ends its leases alone', async (scope, target) => {
    const world = await openIssuanceWorld();
    await world.lease({ request: { requester: 'prn_requester' } });
    await world.lease({ request: { requester: 'prn_other' } });
    await order(world, { scope, target });
    expect([await stateOf(world), await stateOf(world, 'lse_00002')]).toEqual(['ended', 'live']);
  });

  it.each([
    ['project', 'shop', { project: 'shop' }],
    ['entitlement', 'shop/preview', { project: 'shop' }],
    ['repository', 'github/2001', {}],
    ['everything', '', {}],
  ] as const)('of a %s is told in the log of its project: %s', (scope, target, project) => {
    expect(projectOf({ scope, target })).toEqual(project);
  });
});

describe('an order that names many', () => {
  it('is worked off a hundred in a commit', async () => {
    const world = await openIssuanceWorld();
    await world.leases(250);
    world.faults.arm();
    const { row } = await order(world);
    // With the one that puts it on record.
    expect([row.ended, row.finished_at, world.faults.commits]).toEqual([250, NOW, 4]);
  });

  it('of a hundred needs one more look to be over', async () => {
    const world = await openIssuanceWorld();
    await world.leases(100);
    const { row } = await order(world);
    expect([row.ended, row.finished_at]).toEqual([100, NOW]);
    expect(await world.entries('access.revocation_finished')).toMatchObject([{ ended: 100 }]);
  });

  it('is worked off for a while before the answer, and the rest of it afterwards', { timeout: 60_000 }, async () => {
    const world = await openIssuanceWorld();
    await world.leases(2_001);
    const { row } = await order(world);
    expect([row.leases, row.ended, row.finished_at]).toEqual([2_001, 2_000, null]);
    await workOffOrders(world.deps);
    expect(await rowOf(world, row.id)).toMatchObject({ ended: 2_001, finished_at: NOW });
  });

  it('is given, whatever becomes of working it off, and that is said', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    world.faults.arm({ at: 2, kind: 'failed' });
    const { row } = await order(world);
    expect([row.leases, row.ended, row.finished_at]).toEqual([1, 0, null]);
    expect(JSON.parse(world.lines[0] ?? '')).toMatchObject({
      ...{ level: 'warn', message: 'an order of revocation is not worked off yet; it goes on by itself' },
      ...{ revocation_id: row.id, error: { message: 'The store did not confirm the change.' } },
    });
    await workOffOrders(world.deps);
    expect(await stateOf(world)).toBe('ended');
  });

  it('is answered as it was given where nobody can look how far it is', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    const store = {
      ...world.store,
      read: async () => {
        throw new Error('the disk is gone');
      },
    };
    const given = { scope: 'everything', target: '', reason: 'INC-7', by: OPERATOR } as const;
    const { row } = await orderRevocation({ ...world.deps, store }, given);
    expect(row).toMatchObject({ leases: 1, ended: 0, finished_at: null });
    expect(await stateOf(world)).toBe('ended');
  });
});

describe('orders that are left', () => {
  it('are worked off one after the other, and one that fails holds up no other', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    await world.store.commit(async (tx) => {
      await tx.revocations.insert(left({ id: 'rev_0', scope: 'of-a-newer-version' as never, ordered_at: 0 }));
      await tx.revocations.insert(left());
    });
    await expect(workOffOrders(world.deps)).rejects.toThrow(TypeError);
    expect(await rowOf(world, 'rev_1')).toMatchObject({ ended: 1, finished_at: NOW });
  });

  it('that two work on are finished once', async () => {
    const world = await openIssuanceWorld();
    await world.leases(3);
    await world.store.commit((tx) => tx.revocations.insert(left({ leases: 3 })));
    await Promise.all([workOffOrders(world.deps), workOffOrders(world.deps)]);
    expect(await world.entries('access.revocation_finished')).toMatchObject([{ ended: 3 }]);
    expect(await world.entries('lease.ended')).toHaveLength(3);
  });

  it('that another has finished meanwhile end nothing more', async () => {
    const world = await openIssuanceWorld();
    await world.store.commit((tx) => tx.revocations.insert(left()));
    const held = world.faults.hold(1);
    const late = workOffOrders(world.deps);
    await held.begun;
    await workOffOrders(world.deps);
    await world.lease();
    held.release();
    await late;
    expect(await stateOf(world)).toBe('live');
  });

  it('go on where they stopped', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    await world.store.commit((tx) => tx.revocations.insert(left({ leases: 5, ended: 4 })));
    await workOffOrders(world.deps);
    expect(await world.entries('access.revocation_finished')).toMatchObject([{ revocation_id: 'rev_1', ended: 5 }]);
  });
});
