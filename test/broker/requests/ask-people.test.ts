// A job that waits for people: with what secret it comes back, how long it waits, and what it is told where it waited in vain.
import { describe, expect, it } from 'vitest';
import { hashRequestSecret } from '../../../broker/requests/ask-context.ts';
import { ALLOWED_NOWHERE, APPROVAL, idOf, MINUTE, NOW, openRequestsWorld } from './requests-world.ts';

const waiting = async (approval: object = {}) => {
  const world = await openRequestsWorld({ entitlement: { approval: { ...APPROVAL.approval, ...approval } } });
  return { world, first: await world.ask() };
};

describe('a job that came without a secret', () => {
  it('has one made for it, with which it comes back', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL });
    const [first, other] = [await world.ask({ secret: null }), await world.ask({ secret: null })];
    if (first.outcome !== 'pending' || other.outcome !== 'pending') throw new Error(first.outcome);
    const secret = other.requestSecret?.reveal() ?? '';
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(first.requestSecret?.reveal()).not.toBe(secret);
    const found = other.requestSecret && hashRequestSecret(other.requestSecret);
    expect(await world.store.read((tx) => tx.requestSecrets.find(found ?? ''))).toMatchObject({
      requestId: idOf(other),
    });
    expect(await world.ask({ secret })).toEqual({ ...other, requestSecret: undefined });
  });
});

describe('a request that waits', () => {
  it('waits for as long as its approval may be given, counted in whole seconds', async () => {
    const { world, first } = await waiting();
    for (const [ms, expiresIn] of [
      [0, 600],
      [1, 599],
      [10 * MINUTE - 1, 0],
    ] as const) {
      world.time.now = NOW + ms;
      expect(await world.ask()).toEqual({ ...first, expiresIn });
    }
  });

  it('stays with people who were asked for another job of its run', async () => {
    const world = await openRequestsWorld({ entitlement: { approval: { ...APPROVAL.approval, covers: 'run' } } });
    await world.ask();
    world.time.now += MINUTE;
    expect(await world.ask({ secret: 'b', subject: { checkRunId: '7' } })).toMatchObject({
      ...{ outcome: 'pending', expiresIn: 540 },
    });
  });

  it('is put before people where nobody was asked about it', async () => {
    const world = await openRequestsWorld({ policy: ALLOWED_NOWHERE });
    const first = await world.ask();
    await world.setState(idOf(first), 'pending');
    world.putInForce({ entitlement: APPROVAL });
    expect(await world.ask()).toMatchObject({ outcome: 'pending', requestId: idOf(first), expiresIn: 600 });
    expect((await world.request(idOf(first)))?.state).toBe('pending');
    expect((await world.types()).slice(1)).toEqual(['request.pending']);
  });
});

const EXPIRED = 'Nobody approved shop/preview in time: tell the approvers, and ask anew with a new request_secret.';
const VOID =
  'What was asked for shop/preview is no longer what people were shown, because its policy changed: ask anew with a new request_secret.';

describe('a request that waited in vain', () => {
  const refusal = (code: string, message: string, requestId: string) => ({
    ...{ outcome: 'refused', requestId, summary: message, reasons: [{ code, message }], disclosure: 'full' },
  });

  it('is told who to talk to where it was rejected, and why', async () => {
    const { world, first } = await waiting({ count: 2 });
    await world.decide(first, 'approve', { by: 'prn_requester', reason: 'Looks good.' });
    await world.decide(first, 'reject', { reason: 'Wait for the fix of the cart.' });
    const message =
      'shop/preview was not approved ("Wait for the fix of the cart."): talk to who decided, and ask anew with a new request_secret.';
    for (let times = 0; times < 2; times += 1)
      expect(await world.ask()).toEqual(refusal('APPROVAL_REJECTED', message, idOf(first)));
  });

  it('is told so where nothing was said, and not all of what is long', async () => {
    const [silent, long] = [await waiting(), await waiting()];
    await silent.world.decide(silent.first, 'reject');
    expect(await silent.world.ask()).toMatchObject({
      summary: 'shop/preview was not approved: talk to who decided, and ask anew with a new request_secret.',
    });
    await long.world.decide(long.first, 'reject', { reason: 'x'.repeat(300) });
    expect(await long.world.ask()).toMatchObject({ summary: expect.stringMatching(/\("x{256}…"\)/) });
  });

  it('is told so where its time is over, which ends it, whether nobody decided or the job came too late', async () => {
    for (const isApproved of [false, true]) {
      const { world, first } = await waiting();
      if (isApproved) await world.decide(first, 'approve');
      world.time.now += 10 * MINUTE;
      for (let times = 0; times < 2; times += 1)
        expect(await world.ask()).toEqual(refusal('APPROVAL_EXPIRED', EXPIRED, idOf(first)));
      expect((await world.types()).slice(isApproved ? 2 : 1)).toEqual(['approval.expired']);
      expect((await world.request(idOf(first)))?.state).toBe('expired');
    }
  });

  it('is told so where its policy changed, which ends it', async () => {
    const { world, first } = await waiting();
    world.putInForce({ entitlement: { ...APPROVAL, title: 'Another title' } });
    for (let times = 0; times < 2; times += 1)
      expect(await world.ask()).toEqual(refusal('APPROVAL_VOID', VOID, idOf(first)));
    expect((await world.entries()).slice(1)).toMatchObject([
      {
        ...{ type: 'approval.void', requests: [idOf(first)] },
        because: 'the policy of this entitlement was changed since it was asked for',
      },
    ]);
    expect((await world.request(idOf(first)))?.state).toBe('void');
  });

  it('is told so where it was withdrawn', async () => {
    const { world, first } = await waiting();
    await world.ask({ secret: 'b', ask: { reason: 'better said' } });
    const message =
      'This request for shop/preview was withdrawn: ask anew with a new request_secret if it is still needed.';
    expect(await world.ask()).toEqual(refusal('WITHDRAWN', message, idOf(first)));
  });
});
