// A clock that jumps forward and comes back: nothing works twice, nothing lives longer, and what was open is closed.
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { keyElsewhere } from '../support/key-elsewhere.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

const HOUR_MS = 3_600_000;
/** Longer than a lease lives, and not so long that tokens are forgotten. */
const BEYOND_A_LEASE_MS = 11 * 60_000;
const UPSTREAM = 'shop/upstream';

async function start(options: TestBrokerOptions = {}) {
  const [store, time] = [new FaultyStore(), { now: Date.now() }];
  const clock = { now: () => time.now };
  const broker = await TestBroker.start({ background: 'by-hand', openStore: store.open, clock, ...options });
  onTestFinished(() => broker.close());
  return { broker, store, time };
}

type Clocked = Pick<Awaited<ReturnType<typeof start>>, 'broker' | 'time'>;

/** There and back, with the background work done in between. */
async function jump({ broker, time }: Clocked, far = 24 * HOUR_MS): Promise<void> {
  time.now += far;
  await broker.running.runBackground();
  time.now -= far;
}

describe('after a clock that jumped ahead and came back', () => {
  it('a token that was used before works no second time', async () => {
    const { broker, time } = await start();
    const token = await broker.token();
    expect((await broker.ask({ token })).status).toBe(200);
    await jump({ broker, time });
    const { status, body } = await broker.ask({ token });
    expect([status, body.code]).toEqual([400, 'TOKEN_EXPIRED']);
  });

  it('a lease that ended meanwhile stays ended, and its credential is given to no retry', async () => {
    const { broker, time } = await start();
    const secret = newSecret();
    const { body } = await broker.ask({ scope: UPSTREAM, secret });
    await jump({ broker, time }, BEYOND_A_LEASE_MS);
    expect((await broker.ask({ scope: UPSTREAM, secret })).body.code).toBe('REQUEST_SPENT');
    expect(await broker.entries('lease.expired')).toMatchObject([{ lease_id: body.lease_id }]);
    await expectBooksInOrder(broker);
  });

  it('a grant that nobody spent is still spent once', async () => {
    const { broker, store, time } = await start(await keyElsewhere());
    const ask = { scope: 'shop/publish-preview', secret: newSecret() };
    store.arm({ at: 2, kind: 'failed' });
    expect((await broker.ask(ask)).status).toBe(503);
    expect(await broker.entries('issuance.started')).toEqual([]);
    await jump({ broker, time }, BEYOND_A_LEASE_MS);
    const [first, again] = [await broker.ask(ask), await broker.ask(ask)];
    expect([first.status, again.body.access_token]).toEqual([200, first.body.access_token]);
    expect(await broker.entries('issuance.succeeded')).toHaveLength(1);
    await expectBooksInOrder(broker);
  });

  it('the anchor is that of the log, and the next start takes it', async () => {
    const { broker, time } = await start();
    await broker.ask();
    await jump({ broker, time });
    await broker.ask();
    await broker.restart();
    await expectBooksInOrder(broker);
  });
});

describe('a credential that lives when the clock is right again', () => {
  it('is revoked then, where its lease ended while it was taken for dead', async () => {
    const { broker, time } = await start();
    await broker.ask({ scope: UPSTREAM });
    await jump({ broker, time }, BEYOND_A_LEASE_MS);
    expect(broker.provider.revoked).toEqual([]);
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
    expect(broker.logLines.filter((line) => line.includes('took for dead'))).toHaveLength(1);
    await expectBooksInOrder(broker);
  });

  it('is revoked also where the clock was set right while the broker was stopped', async () => {
    const { broker, time } = await start();
    await broker.ask({ scope: UPSTREAM });
    await jump({ broker, time }, BEYOND_A_LEASE_MS);
    await broker.restart();
    await broker.running.runBackground();
    expect(await broker.entries('lease.revoked')).toHaveLength(1);
  });
});

describe('an issuance that is under way while the clock jumps', () => {
  it('is closed as unknown, and what comes of it is withheld and revoked', async () => {
    const { broker, time } = await start({ providerTimeout: 60_000 });
    broker.provider.mood = 'hangs';
    const asking = broker.ask({ scope: UPSTREAM });
    await broker.provider.hanging();
    await jump({ broker, time });
    expect(await broker.entries('issuance.unknown')).toMatchObject([
      { reason: 'no outcome was put on record in the time that it had' },
    ]);
    broker.provider.letGo();
    expect((await asking).body.code).toBe('STORE_UNAVAILABLE');
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
    await expectBooksInOrder(broker);
  });
});

describe('a start after a clock that stepped back', () => {
  it('closes an issuance that began later than now: it is a crash’s, whatever the clock says', async () => {
    const { broker, store, time } = await start();
    store.arm({ at: 1, kind: 'failed but happened' });
    await broker.ask({ scope: UPSTREAM });
    time.now -= HOUR_MS;
    await broker.restart();
    expect(await broker.entries('issuance.unknown')).toMatchObject([
      { reason: 'the broker stopped before the outcome was known' },
    ]);
    await expectBooksInOrder(broker);
  });
});

describe('after a clock that stepped back', () => {
  it('a revocation that failed is tried again in minutes, not once the old time is there again', async () => {
    const { broker, time } = await start();
    const secret = newSecret();
    const { body } = await broker.ask({ scope: UPSTREAM, secret });
    broker.provider.revokeFails = true;
    await broker.returnLease(body.lease_id, secret);
    await broker.running.runBackground();
    expect(await broker.entries('lease.revocation_failed')).toHaveLength(1);
    time.now -= HOUR_MS;
    broker.provider.revokeFails = false;
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
    expect(await broker.entries('lease.revoked')).toHaveLength(1);
  });
});
