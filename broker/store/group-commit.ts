// Grouped commits: units that wait at the same moment share one transaction and one fsync, each under its own savepoint.
// Nothing resolves before COMMIT returned; when COMMIT fails, every unit of the group is "failed or happened".
import type { BrokenLatch } from './broken-latch.ts';
import type { Transaction, TransactionGuard, Unit } from './store.ts';
import { breaksStore, isStoreFailure, storeFailure } from './store-failure.ts';

const MAX_GROUP = 256;

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

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      // A turn later, so that whoever has sent a request by now joins the same group, and answers go out in between.
      await new Promise((resolve) => setImmediate(resolve));
      await commitGroup(options, queue.splice(0, MAX_GROUP));
    }
    draining = undefined;
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

async function commitGroup(options: GroupCommitOptions, group: readonly Waiting[]): Promise<void> {
  const { connection } = options;
  const guard = options.guard();
  const settled: (() => void)[] = [];
  let committing = false;
  try {
    options.latch.check();
    connection.exec('BEGIN IMMEDIATE');
    const tx = options.transaction();
    await guard.begin(tx);
    for (const unit of group) settled.push(await runUnit(connection, tx, unit));
    await guard.beforeCommit(tx);
    committing = true;
    connection.exec('COMMIT');
    guard.settled('committed');
  } catch (cause) {
    if (!options.latch.broken) rollBack(options, cause);
    if (committing) guard.settled('unknown');
    const error = storeFailure(cause);
    for (const unit of group) unit.reject(error);
    return;
  }
  for (const settle of settled) settle();
}

/** Runs one unit under a savepoint and says how to settle it once the whole group is durable. */
async function runUnit(connection: Connection, tx: Transaction, unit: Waiting): Promise<() => void> {
  connection.exec('SAVEPOINT unit');
  const { tree } = tx;
  try {
    const value = await unit.run(tx);
    connection.exec('RELEASE unit');
    return () => unit.resolve(value);
  } catch (error) {
    // On a full disk or an I/O error SQLite has rolled back everything: going on would run the next units uncommitted.
    if (breaksStore(error) || !connection.isTransaction) throw error;
    connection.exec('ROLLBACK TO unit');
    connection.exec('RELEASE unit');
    tx.tree = tree;
    const reason = isStoreFailure(error) ? storeFailure(error) : error;
    return () => unit.reject(reason);
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
