// The grant of a permit whose credential is signed here later: the same one while it stands, and no second right to issue.
import { describe, expect, it } from 'vitest';
import type { Decided } from '../../../broker/requests/decided.ts';
import {
  ALLOWED_NOWHERE,
  APPROVAL,
  idOf,
  MINUTE,
  NOW,
  openRequestsWorld,
  type RequestsWorld,
} from './requests-world.ts';

describe('a request whose grant waits', () => {
  const granted = async (options = {}) => {
    const world = await openRequestsWorld({ signed: 'later', ...options });
    return { world, first: await world.ask() };
  };
  const granting = (decided: Decided) => {
    if (decided.outcome !== 'granted') throw new Error(decided.outcome);
    return decided.granted;
  };

  it('has the same grant, to be spent once', async () => {
    const { world, first } = await granted();
    world.time.now += MINUTE - 1;
    const again = await world.ask();
    expect(again.outcome).toBe('granted');
    expect(again).toEqual({
      outcome: 'granted',
      granted: { ...granting(first), grant: { ...granting(first).grant, issuedAt: NOW + MINUTE - 1 } },
    });
    expect(await world.types()).toEqual(['request.decided']);
  });

  it.each<[string, (world: RequestsWorld, id: string) => unknown]>([
    ['lapsed', ({ time }) => (time.now += MINUTE)],
    ['is of an earlier policy', (world) => world.putInForce({ entitlement: { title: 'Another title' } })],
    [
      'was spent',
      ({ store, time, deps }, id) =>
        store.commit(async (tx) => {
          const { digest } = await deps.policies(tx);
          const row = await tx.grants.latestOf(id);
          await tx.grants.redeem({ id: row?.id ?? '', setDigest: digest, now: time.now });
        }),
    ],
  ])('is decided anew where it %s', async (_what, change) => {
    const { world, first } = await granted();
    const { id, requestId } = granting(first).grant;
    await change(world, requestId);
    const again = await world.ask();
    expect([again.outcome, granting(again).grant.requestId]).toEqual(['granted', requestId]);
    expect(granting(again).grant.id).not.toBe(id);
    expect(await world.types()).toEqual(['request.decided', 'request.decided']);
  });

  it('is decided anew where another rule permits it by now', async () => {
    const entitlement = { allow: [{ branch: 'main', actor: '7' }, { branch: 'main' }] };
    const { world, first } = await granted({ entitlement });
    const again = await world.ask({ subject: { actorId: '7' } });
    expect([granting(first).grant.rule, granting(again).grant.rule]).toEqual([1, 0]);
    expect(await world.types()).toEqual(['request.decided', 'request.decided']);
    const { grant, setDigest } = granting(first);
    const isRedeemed = world.store.commit((tx) => tx.grants.redeem({ id: grant.id, setDigest, now: NOW }));
    expect(await isRedeemed, 'the earlier grant is a right to issue no more').toBe(false);
  });

  it('waits for people again where those who agreed turned out to be who asked', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL, signed: 'later' });
    const asked = await world.ask();
    await world.decide(asked, 'approve');
    expect((await world.ask()).outcome).toBe('granted');
    expect((await world.ask()).outcome).toBe('granted');
    await world.store.commit((tx) => tx.principals.merge('prn_other', 'prn_actor'));
    expect(await world.ask()).toMatchObject({ outcome: 'pending', requestId: idOf(asked) });
  });

  it('is decided anew where it has none', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL, signed: 'later' });
    const first = await world.ask();
    await world.setState(idOf(first), 'granted');
    world.putInForce({});
    expect((await world.ask()).outcome).toBe('granted');
    expect((await world.types()).slice(-1)).toEqual(['request.decided']);
  });

  it.each<['elsewhere' | 'nowhere', string]>([
    ['elsewhere', 'started'],
    ['nowhere', 'granted'],
  ])('is decided anew where its kind is signed %s by now', async (signed, outcome) => {
    const { world, first } = await granted();
    world.signedBy(signed);
    const again = await world.ask();
    expect(again.outcome).toBe(outcome);
    expect('granted' in again && again.granted.grant.id).not.toBe(granting(first).grant.id);
  });

  it('is refused, or waits for people, where the policy wants that by now', async () => {
    const [refused, asked] = [await granted(), await granted()];
    refused.world.putInForce(ALLOWED_NOWHERE);
    expect(await refused.world.ask()).toMatchObject({
      outcome: 'refused',
      requestId: granting(refused.first).grant.requestId,
    });
    asked.world.putInForce({ entitlement: APPROVAL });
    expect(await asked.world.ask()).toMatchObject({
      outcome: 'pending',
      requestId: granting(asked.first).grant.requestId,
    });
  });
});
