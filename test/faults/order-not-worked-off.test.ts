// An order of revocation that is on record and answered, while the store is in trouble and its leases are live still.
import { describe, expect, it, onTestFinished } from 'vitest';
import { askControl } from '../../broker/cli/ask-control.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

/** The commit after the order's own ends leases. */
const FIRST_SLICE = 2;

async function orderedNotWorkedOff() {
  const store = new FaultyStore();
  const time = { now: Date.now() };
  const clock = { now: () => time.now };
  const broker = await TestBroker.start({ background: 'by-hand', openStore: store.open, clock });
  onTestFinished(() => broker.close());
  const ask = { scope: 'shop/upstream', secret: newSecret() };
  expect((await broker.ask(ask)).status).toBe(200);
  store.arm({ at: FIRST_SLICE, kind: 'failed' });
  const body = { of: { scope: 'project', target: 'shop' }, reason: 'INC-7' };
  const answer = await askControl(broker.config.store.path, 'POST /revocations', { body });
  expect(answer).toMatchObject({ ended: 0, finished: false });
  return { broker, ask, time };
}

describe('a credential whose lease such an order names', () => {
  it('is not handed out again, before the order is worked off nor afterwards', async () => {
    const { broker, ask } = await orderedNotWorkedOff();
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    await broker.running.runBackground();
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    expect(await broker.entries('issuance.redelivered')).toEqual([]);
  });

  it('is another than that of a lease that was issued later, which is handed out again', async () => {
    const { broker, time } = await orderedNotWorkedOff();
    const later = { scope: 'shop/upstream', secret: newSecret() };
    time.now += 1;
    const { body } = await broker.ask(later);
    expect((await broker.ask(later)).body.lease_id).toBe(body.lease_id);
  });
});
