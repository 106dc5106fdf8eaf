// Grouped commits: units that wait at the same moment share one transaction and one fsync, each under its own savepoint.
// Nothing resolves before COMMIT returned; when COMMIT fails, every unit of the group is "failed or happened".
import { BrokerError } from '../errors.ts';
import type { Transaction, TransactionGuard, Unit } from './store.ts';

const MAX_GROUP = 256;
const RETRY_AFTER_SECONDS = 2;

export interface Connection {
  readonly isTransaction: boolean;
  exec(sql: string): void;
}

export interface GroupCommitOptions {
  readonly connection: Connection;
  readonly transaction: () => Transaction;
  readonly guard: () => TransactionGuard;
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
    connection.exec('BEGIN IMMEDIATE');
    const tx = options.transaction();
    await guard.begin(tx);
    for (const unit of group) settled.push(await runUnit(connection, tx, unit));
    await guard.beforeCommit(tx);
    committing = true;
    connection.exec('COMMIT');
    guard.settled('committed');
  } catch (cause) {
    rollBack(connection);
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
    if (!connection.isTransaction) throw error;
    connection.exec('ROLLBACK TO unit');
    connection.exec('RELEASE unit');
    tx.tree = tree;
    const reason = isStoreFailure(error) ? storeFailure(error) : error;
    return () => unit.reject(reason);
  }
}

function rollBack(connection: Connection): void {
  try {
    if (connection.isTransaction) connection.exec('ROLLBACK');
  } catch {
    // The next BEGIN will say so; the units of this group have been told already.
  }
}

const SQLITE_CONSTRAINT = 19;

/** A failure of the database itself; a broken constraint is a mistake of ours and stays what it is. */
export function isStoreFailure(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  return code === 'ERR_SQLITE_ERROR' && ((errcode ?? 0) & 0xff) !== SQLITE_CONSTRAINT;
}

/** What the caller is told when the store failed; the cause is for our own log. */
export function storeFailure(cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause;
  return new BrokerError('STORE_UNAVAILABLE', 'The store did not answer, so nothing was handed out. Ask again.', {
    cause,
    retryAfter: RETRY_AFTER_SECONDS,
  });
}
