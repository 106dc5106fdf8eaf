// Trouble of the store that passes: while it lasts nothing is handed out, and afterwards the same asks end well.
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { HeldConnection } from '../support/held-connection.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

async function start() {
  const connection = new HeldConnection();
  const broker = await TestBroker.start({ background: 'by-hand', openStore: connection.openStore });
  onTestFinished(() => broker.close());
  return { broker, connection };
}

/** One ask of several jobs each, of both ways to issue. */
const asksOfJobs = () =>
  ['shop/publish-preview', 'shop/upstream', 'shop/publish-preview', 'shop/upstream'].map((scope, at) => ({
    scope,
    secret: newSecret(),
    claims: { run_id: String(at + 1) },
  }));

/** What they get while it lasts, and once it is over; then the books must be in order. */
async function troubled(broker: TestBroker, { begin, end }: { begin: () => void; end: () => void }) {
  const asks = asksOfJobs();
  begin();
  const during = await Promise.all(asks.map((ask) => broker.ask(ask)));
  expect(broker.running.store.broken).toBe(false);
  end();
  const after = await Promise.all(asks.map((ask) => broker.ask(ask)));
  await expectBooksInOrder(broker);
  return { during, after };
}

/** Some may still fit in what is there; whatever is not answered is not issued. */
function expectNoneOrWell({ during, after }: Awaited<ReturnType<typeof troubled>>): void {
  for (const { status, body, headers } of during.filter((answer) => answer.status !== 200)) {
    expect([status, body.code]).toEqual([503, 'STORE_UNAVAILABLE']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(after.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
}

describe('a broker whose store', () => {
  it('has a full disk hands out nothing that it cannot write, and goes on when there is room', async () => {
    const { broker, connection } = await start();
    const answers = await troubled(broker, { begin: () => connection.fillDisk(), end: () => connection.makeRoom() });
    expectNoneOrWell(answers);
    expect(answers.during.some(({ status }) => status === 503)).toBe(true);
    expect(broker.provider.issued).toHaveLength(2);
  });

  it('is read-only for a while hands out nothing, and goes on', async () => {
    const { broker, connection } = await start();
    const answers = await troubled(broker, {
      begin: () => connection.exec('PRAGMA query_only = ON'),
      end: () => connection.exec('PRAGMA query_only = OFF'),
    });
    expectNoneOrWell(answers);
    expect(answers.during.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    expect(broker.provider.issued).toHaveLength(2);
  });

  it('somebody else has locked for longer than it waits answers 503, and goes on when the lock is gone', async () => {
    const { broker } = await start();
    const other = new DatabaseSync(broker.config.store.path);
    const answers = await troubled(broker, {
      begin: () => other.exec('BEGIN IMMEDIATE'),
      end: () => other.close(),
    });
    expectNoneOrWell(answers);
    expect(answers.during.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  });

  it('is full when the outcome of an issuance should be written withholds it, and revokes it when there is room', async () => {
    const { broker, connection } = await start();
    broker.provider.mood = 'hangs';
    const asking = broker.ask({ scope: 'shop/upstream' });
    await broker.provider.hanging();
    connection.exec('PRAGMA query_only = ON');
    broker.provider.letGo();
    expect((await asking).body.code).toBe('STORE_UNAVAILABLE');
    connection.exec('PRAGMA query_only = OFF');
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
    expect((await broker.entries()).slice(-2).map(({ type }) => type)).toEqual(['issuance.withheld', 'lease.revoked']);
  });
});
