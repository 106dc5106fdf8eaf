// Jobs that ask at the same moment share transactions: what goes wrong in one of them, or in a unit of it, costs the others at most
// another try.
import { describe, expect, it, onTestFinished } from 'vitest';
import { runBeside } from '../support/beside-broker.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { FaultyConnection, type StatementFault } from '../support/faulty-connection.ts';
import { type Answer, newSecret, TestBroker } from '../support/test-broker.ts';

const JOBS = 8;
/** The unit of one of the jobs throws: its group is run again, each unit under a savepoint. */
const NO_THIRD = `CREATE TRIGGER no BEFORE INSERT ON requests WHEN new.subject LIKE '%"runId":"3"%'
  BEGIN SELECT RAISE(ABORT, 'no'); END`;

async function start() {
  const connection = new FaultyConnection();
  const broker = await TestBroker.start({
    background: 'by-hand',
    openStore: connection.openStore,
    listen: { admin: { host: '127.0.0.1', port: 0 } },
  });
  onTestFinished(() => broker.close());
  const asks = Array.from({ length: JOBS }, (_, at) => ({
    scope: at % 2 === 0 ? 'shop/publish-preview' : 'shop/upstream',
    secret: newSecret(),
    claims: { run_id: String(at + 1) },
  }));
  // The issuer's keys are there, so that all come to the store at the same moment.
  await broker.ask({ claims: { run_id: '99' } });
  /** They wait behind a unit that changes nothing until all of them are in the queue, and share the next transaction. */
  async function together(fault?: StatementFault, of: readonly Ask[] = asks): Promise<Answer[]> {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ahead = broker.running.store.commit(async () => {
      begun.resolve();
      await gate.promise;
      throw new Error('changes nothing');
    });
    await begun.promise;
    connection.arm(fault);
    const answers = of.map((ask) => broker.ask(ask));
    await expect.poll(() => running(broker)).toBe(JOBS);
    gate.resolve();
    await expect(ahead).rejects.toThrow('changes nothing');
    return Promise.all(answers);
  }
  return { broker, together };
}

/** How many asks are worked on, by the metrics. */
async function running({ running: { adminPort } }: TestBroker): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return Number(/^buildpass_turns_running (\d+)$/m.exec(metrics)?.[1]);
}

type Ask = Parameters<TestBroker['ask']>[0];

const failed = (answers: readonly Answer[]): Answer[] => answers.filter(({ status }) => status !== 200);

describe('of one ask on several connections', () => {
  it('one is issued, and the others get the same again, though all are of one commit', async () => {
    const { broker, together } = await start();
    const ask = { scope: 'shop/publish-preview', secret: newSecret(), claims: { run_id: '7' } };
    const answers = await together(
      undefined,
      Array.from({ length: JOBS }, () => ask),
    );
    expect(failed(answers)).toEqual([]);
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.receipt))).size).toBe(1);
    expect(await broker.entries('issuance.redelivered')).toHaveLength(JOBS - 1);
    await expectBooksInOrder(broker);
  });
});

describe('of jobs that ask together', () => {
  it.each<StatementFault & { name: string; apart?: true }>([
    { name: 'a COMMIT that fails', sql: /^COMMIT/, code: 'SQLITE_FULL' },
    { name: 'a COMMIT that fails though it happened', sql: /^COMMIT/, code: 'SQLITE_BUSY', happened: true },
    { name: 'a transaction that cannot begin', sql: /^BEGIN/, code: 'SQLITE_BUSY' },
    { name: 'a savepoint that cannot be made', sql: /^SAVEPOINT/, code: 'SQLITE_FULL', apart: true },
    { name: 'a savepoint that cannot be let go', sql: /^RELEASE/, code: 'SQLITE_FULL', apart: true },
    { name: 'a checkpoint that cannot be written', sql: /^insert into "?checkpoints/i, code: 'SQLITE_FULL' },
  ])('$name costs another try, and leaves nothing wrong behind', async ({ sql, code, happened = false, apart }) => {
    const { broker, together } = await start();
    if (apart) runBeside(broker, NO_THIRD);
    const first = await together({ sql, code, happened });
    const told = failed(first).map(({ status, body }) => [status, body.code]);
    expect(told).toContainEqual([503, 'STORE_UNAVAILABLE']);
    if (!apart) expect(new Set(told.map(String))).toEqual(new Set(['503,STORE_UNAVAILABLE']));
    if (apart) runBeside(broker, 'DROP TRIGGER no');
    // What is on record as started with another system is not started again.
    const open = happened ? Array.from({ length: JOBS / 2 }, () => 'ISSUANCE_IN_PROGRESS') : [];
    expect(failed(await together()).map(({ body }) => body.code)).toEqual(open);
    await expectBooksInOrder(broker);
  });

  it('an entry that cannot be written at first is written when the group is run again: nobody notices', async () => {
    const { broker, together } = await start();
    expect(failed(await together({ sql: /^insert into "?log_entries/i, code: 'SQLITE_FULL' }))).toEqual([]);
    await expectBooksInOrder(broker);
  });

  it('a unit that makes SQLite roll back everything takes its neighbours with it, uncommitted, and all may ask again', async () => {
    const { broker, together } = await start();
    runBeside(
      broker,
      `CREATE TRIGGER full BEFORE INSERT ON issuances WHEN new.kind = '_test' BEGIN SELECT RAISE(ROLLBACK, 'full'); END`,
    );
    const first = await together();
    expect(failed(first).length).toBeGreaterThanOrEqual(JOBS / 2);
    for (const { body } of failed(first)) expect(body.code).toBe('STORE_UNAVAILABLE');
    expect(broker.provider.issued).toEqual([]);
    runBeside(broker, 'DROP TRIGGER full');
    expect(failed(await together())).toEqual([]);
    await expectBooksInOrder(broker);
  });

  it('one whose entry cannot be made is refused alone', async () => {
    const { broker, together } = await start();
    runBeside(broker, NO_THIRD);
    const first = await together();
    expect(failed(first)).toHaveLength(1);
    runBeside(broker, 'DROP TRIGGER no');
    expect(failed(await together())).toEqual([]);
    await expectBooksInOrder(broker);
  });
});
