import { describe, expect, it } from 'vitest';
import { revokeDue } from '../../../broker/issuance/revoke.ts';
import type { Lease } from '../../../broker/model.ts';
import type { LeaseRow } from '../../../broker/store/leases.ts';
import { Secret } from '../../../shared/secret.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const HANDLE = 'a-handle-to-end-it-by';

interface Waiting {
  readonly world: IssuanceWorld;
  readonly leases: readonly LeaseRow[];
}

/** Leases that were returned, and whose credentials wait to be revoked. */
async function waiting(many = 1, lease: Partial<LeaseRow> = {}, into?: IssuanceWorld): Promise<Waiting> {
  const world = into ?? (await openIssuanceWorld());
  const leases = await world.leases(many, { lease: { state: 'returned', ...lease } });
  await world.store.commit(async (tx) => {
    for (const { id } of leases) await tx.outbox.put({ id: `obx_${id}`, kind: 'revoke', payload: id, dueAt: NOW });
  });
  return { world, leases };
}

const left = async ({ store }: IssuanceWorld) => (await store.read((tx) => tx.outbox.waiting('revoke'))).items;

describe('a revocation', () => {
  it('asks the other side with all that it needs, and is on record once that said yes', async () => {
    const world = await openIssuanceWorld();
    const sealed_handle = world.deps.answers.sealHandle(new Secret(HANDLE), 'lse_00001');
    await waiting(1, { sealed_handle, ends_at: NOW + MINUTE }, world);
    const asked: Lease[] = [];
    world.provider.revoke = async (lease) => void asked.push(lease);
    world.time.now = NOW + 1_000;
    await revokeDue(world.deps);
    expect(asked).toEqual([
      {
        ...{ id: 'lse_00001', kind: '_test', issuanceId: 'iss_00001', endsAt: NOW + MINUTE },
        ...{ upstreamExpiresAt: NOW + 10 * MINUTE, revocationHandle: expect.any(Secret) },
      },
    ]);
    expect(asked[0]?.revocationHandle?.reveal()).toBe(HANDLE);
    expect(await world.entries()).toEqual([
      {
        ...{ type: 'lease.revoked', v: 1, id: expect.any(String), nonce: expect.any(String), personal: {} },
        ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001' },
        ...{ lease_id: 'lse_00001', time: '2026-11-23T09:00:01.000Z' },
      },
    ]);
    expect([(await world.find('lse_00001'))?.revoked_at, await left(world)]).toEqual([NOW + 1_000, 0]);
    world.deps.logger.info(HANDLE);
    expect(world.lines.join('')).not.toContain(HANDLE);
  });

  it('that waits twice is on record once', async () => {
    const { world, leases } = await waiting();
    const [payload = ''] = leases.map(({ id }) => id);
    await world.store.commit((tx) => tx.outbox.put({ id: 'obx_again', kind: 'revoke', payload, dueAt: NOW }));
    await revokeDue(world.deps);
    expect([(await world.entries('lease.revoked')).length, await left(world)]).toEqual([1, 0]);
  });

  it('without a handle asks without one', async () => {
    const { world } = await waiting();
    const asked: Lease[] = [];
    world.provider.revoke = async (lease) => void asked.push(lease);
    await revokeDue(world.deps);
    expect(asked).toMatchObject([{ id: 'lse_00001', revocationHandle: undefined }]);
  });

  it('that fails is tried again after longer and longer, on record each time', async () => {
    const { world } = await waiting(1, { upstream_expires_at: null });
    world.provider.revokeFails = true;
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await revokeDue(world.deps);
      const [entry] = (await world.entries('lease.revocation_failed')).slice(-1);
      expect(entry).toMatchObject({ lease_id: 'lse_00001', project: 'shop', attempt });
      const next = Date.parse(String(entry?.['next_attempt_at']));
      waits.push((next - world.time.now) / 1000);
      world.time.now = next - 1;
      await revokeDue(world.deps);
      world.time.now = next;
    }
    expect(waits).toEqual([5, 15, 60, 300, 300, 300]);
    expect(await world.entries()).toHaveLength(6);
    const [line] = world.lines.map((one) => JSON.parse(one));
    expect(line).toMatchObject({
      ...{ level: 'warn', message: 'a lease could not be revoked; it will be tried again', lease_id: 'lse_00001' },
      ...{ attempt: 1, error: { message: 'upstream answered 502' } },
    });
  });

  it('that fails without a word is a failure all the same', async () => {
    const { world } = await waiting();
    world.provider.revoke = () => Promise.reject(undefined);
    await revokeDue(world.deps);
    expect(await world.entries()).toMatchObject([{ type: 'lease.revocation_failed' }]);
    expect(world.lines.join('')).toContain('failed without a reason');
  });

  it.each<[string, (world: IssuanceWorld) => IssuanceWorld['deps']]>([
    ['is not there any more', ({ deps }) => ({ ...deps, providers: new Map() })],
    [
      'revokes nothing',
      ({ deps }) => {
        const { revoke: _none, ...provider } = createTestProvider();
        return { ...deps, providers: new Map([['_test', provider]]) };
      },
    ],
  ])('for which the provider %s has failed, and says so', async (_what, depsOf) => {
    const { world } = await waiting();
    await revokeDue(depsOf(world));
    expect(await world.entries()).toMatchObject([{ type: 'lease.revocation_failed' }]);
    expect(world.lines.join('')).toContain('this broker has no provider that revokes \\"_test\\"');
  });

  it('of what has died by itself asks nobody, and is on record as that', async () => {
    const { world } = await waiting(1, { upstream_expires_at: NOW });
    await revokeDue(world.deps);
    expect(world.provider.revoked).toEqual([]);
    expect(await world.entries()).toMatchObject([
      {
        ...{ type: 'lease.died', lease_id: 'lse_00001', attempts: 0, upstream_expires_at: '2026-11-23T09:00:00.000Z' },
        ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001' },
      },
    ]);
    expect([(await world.find('lse_00001'))?.revoked_at, await left(world)]).toEqual([null, 0]);
  });

  it.each([
    ['lives on', {}],
    ['has died since', { upstream_expires_at: NOW }],
  ])('of what was revoked already is over, and nothing more is told, though it %s', async (_what, lease) => {
    const { world } = await waiting(1, { revoked_at: NOW - MINUTE, ...lease });
    await revokeDue(world.deps);
    expect([world.provider.revoked, await world.entries(), await left(world)]).toEqual([[], [], 0]);
  });

  it('that another one has claimed is left to them for a minute', async () => {
    const { world } = await waiting();
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    world.provider.revoke = () => {
      asked += 1;
      begun.resolve();
      return gate.promise;
    };
    const first = revokeDue(world.deps);
    await Promise.race([begun.promise, first]);
    world.time.now += MINUTE - 1;
    await revokeDue(world.deps);
    expect(asked).toBe(1);
    gate.resolve();
    await first;
  });
});

describe('after a clock that was set back by an hour', () => {
  it('a revocation that a crash left claimed is not left for that hour', async () => {
    const { world } = await waiting();
    const claimed = { of: '_test', now: world.time.now, claimedUntil: world.time.now + MINUTE, limit: 1 };
    expect(await world.deps.store.commit((tx) => tx.outbox.claimRevocations(claimed))).toHaveLength(1);
    world.time.now -= 60 * MINUTE;
    await revokeDue(world.deps);
    expect(await world.entries('lease.revoked')).toHaveLength(1);
  });
});

describe('many revocations', () => {
  it('are all done in one go while all goes well', async () => {
    const { world } = await waiting(41);
    await revokeDue(world.deps);
    expect([(await world.entries('lease.revoked')).length, await left(world)]).toEqual([41, 0]);
  });

  it('of what has died meanwhile are all over in one go too', async () => {
    const { world } = await waiting(41, { upstream_expires_at: NOW });
    await revokeDue(world.deps);
    expect([(await world.entries('lease.died')).length, await left(world)]).toEqual([41, 0]);
  });

  it('are left for later where the other side does not take one of them', async () => {
    const { world } = await waiting(41);
    let asked = 0;
    world.provider.revoke = async ({ id }) => {
      asked += 1;
      if (id === 'lse_00007') throw new Error('not this one');
    };
    await revokeDue(world.deps);
    expect([asked, await left(world)]).toEqual([20, 22]);
  });

  it('of one system are not waited for by those of another', async () => {
    const { world } = await waiting(20, { kind: 'down' });
    await waiting(1, {}, world);
    await revokeDue(world.deps);
    expect((await world.entries()).map(({ type }) => type).toSorted()).toEqual(
      ['lease.revoked', ...Array.from({ length: 20 }, () => 'lease.revocation_failed')].toSorted(),
    );
  });

  it('are waited for though the store fails for one of them, and whoever has them done hears of it', async () => {
    const { world } = await waiting(2);
    // After the one that claims both.
    world.faults.arm({ at: 2, kind: 'failed' });
    const held = world.faults.hold(3);
    let isOver = false;
    const done = revokeDue(world.deps).catch((error: unknown) => {
      isOver = true;
      return error;
    });
    await Promise.race([held.begun, done]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    held.release();
    expect(await done).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await world.entries('lease.revoked')).toHaveLength(1);
  });
});
