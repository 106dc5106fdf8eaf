// Grouped commits: units that wait at the same moment share one transaction and one fsync; a unit that throws rolls back alone.
// Hardly any does, and a savepoint for each makes SQLite copy every page that it touches. So a group is run without; where a unit
// of it throws, all is rolled back and the group is run again, each unit under a savepoint of its own.
// Nothing resolves before COMMIT returned; when COMMIT fails, every unit of the group is "failed or happened".
import { nextTurn } from '../next-turn.ts';
import type { BrokenLatch } from './broken-latch.ts';
import type { Transaction, TransactionGuard, Unit } from './store.ts';
import { breaksStore, isStoreFailure, storeFailure } from './store-failure.ts';

const MAX_GROUP = 256;
/** Shared by so many, a commit costs each of them little; to wait for more would only make these wait. */
const ENOUGH = 8;
const TURNS_TO_ARRIVE = 2;
/** Under savepoints from the start after a unit threw: where one does, others may, and each would cost its group a second run. */
const CAREFUL_GROUPS = 64;

export interface Connection {
  readonly isTransaction: boolean;
  exec(sql: string): void;
}

export interface GroupCommitOptions {
  readonly connection: Connection;
  readonly transaction: () => Transaction;
  readonly guard: () => TransactionGuard;
  readonly latch: BrokenLatch;
}

interface Waiting {
  readonly run: Unit<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  commit<T>(unit: Unit<T>): Promise<T>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const queue: Waiting[] = [];
  let draining: Promise<void> | undefined;

  let careful = 0;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await gathered(queue);
      await commitNext(queue.splice(0, MAX_GROUP));
    }
    draining = undefined;
  }

  async function commitNext(group: readonly Waiting[]): Promise<void> {
    const outcome = await commitGroup(options, group, careful > 0);
    careful = Math.max(0, careful - 1);
    if (outcome !== 'run again') return;
    careful = CAREFUL_GROUPS;
    await commitGroup(options, group, true);
  }

  return {
    commit<T>(unit: Unit<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        queue.push({ run: unit, resolve: resolve as (value: unknown) => void, reject });
        draining ??= drain();
      });
    },
    idle: async () => draining,
  };
}

/** `run again`: a unit threw beside others and without a savepoint, and so nothing was changed or settled. */
async function commitGroup(
  options: GroupCommitOptions,
  group: readonly Waiting[],
  savepoints: boolean,
): Promise<'settled' | 'run again'> {
  const { connection } = options;
  const guard = options.guard();
  const settled: (() => void)[] = [];
  let [committing, large] = [false, false];
  try {
    options.latch.check();
    connection.exec('BEGIN IMMEDIATE');
    const tx = options.transaction();
    await guard.begin(tx);
    const runUnit = savepoints ? runApart : runBare;
    for (const unit of group) settled.push(await runUnit(connection, tx, unit));
    await guard.beforeCommit(tx);
    committing = true;
    connection.exec('COMMIT');
    guard.settled('committed');
    large = tx.large;
  } catch (cause) {
    if (!options.latch.broken) rollBack(options, cause);
    if (committing) guard.settled('unknown');
    return settleFailed(group, cause, options.latch);
  }
  for (const settle of settled) settle();
  if (large) await foldIn(options);
  return 'settled';
}

/**
 * Some turns later, so that whoever has sent a request by now joins the same group, and answers go out in between; and again as long as
 * there are more each time. A job comes on a connection of its own, of which a turn lets in a single one (libuv), and reads it in the
 * next: without waiting for them, each of many that come at once would have a commit of its own, and wait for those of all before it.
 */
async function gathered(queue: readonly unknown[]): Promise<void> {
  let before: number;
  do {
    before = queue.length;
    for (let turn = 0; turn < TURNS_TO_ARRIVE; turn += 1) await nextTurn();
  } while (queue.length > before && queue.length < ENOUGH);
}

function settleFailed(group: readonly Waiting[], cause: unknown, latch: BrokenLatch): 'settled' | 'run again' {
  const unitThrew = cause instanceof UnitThrew && !latch.broken;
  if (unitThrew && group.length > 1) return 'run again';
  const error = unitThrew ? reasonOf(cause.cause) : storeFailure(cause);
  for (const unit of group) unit.reject(error);
  return 'settled';
}

/** A unit threw, and SQLite still stands in the transaction. */
class UnitThrew extends Error {}

const reasonOf = (error: unknown): unknown => (isStoreFailure(error) ? storeFailure(error) : error);

/** Runs one unit and says how to settle it once the whole group is durable. */
async function runBare(connection: Connection, tx: Transaction, unit: Waiting): Promise<() => void> {
  try {
    const value = await unit.run(tx);
    return () => unit.resolve(value);
  } catch (cause) {
    throw endsAll(connection, cause) ? cause : new UnitThrew('a unit threw', { cause });
  }
}

/** The same under a savepoint, so that what it throws takes nobody else's changes back. */
async function runApart(connection: Connection, tx: Transaction, unit: Waiting): Promise<() => void> {
  connection.exec('SAVEPOINT unit');
  const { tree } = tx;
  try {
    const value = await unit.run(tx);
    connection.exec('RELEASE unit');
    return () => unit.resolve(value);
  } catch (error) {
    if (endsAll(connection, error)) throw error;
    connection.exec('ROLLBACK TO unit');
    connection.exec('RELEASE unit');
    tx.tree = tree;
    return () => unit.reject(reasonOf(error));
  }
}

/** On a full disk or an I/O error SQLite has rolled back everything: going on would run the next units uncommitted. */
const endsAll = (connection: Connection, error: unknown): boolean => breaksStore(error) || !connection.isTransaction;

/**
 * Moves what the write-ahead log has into the database. It is durable where it is: that this fails takes nothing back. It waits
 * for the disk as COMMIT does, and so has a turn of its own, with others between the two.
 */
async function foldIn({ connection, latch }: GroupCommitOptions): Promise<void> {
  await nextTurn();
  try {
    connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch (error) {
    latch.see(error);
  }
}

function rollBack({ connection, latch }: GroupCommitOptions, cause: unknown): void {
  latch.see(cause);
  try {
    if (connection.isTransaction) connection.exec('ROLLBACK');
  } catch (error) {
    // The next BEGIN will say so, where it still comes to that; the units of this group are told already.
    latch.see(error);
  }
}
