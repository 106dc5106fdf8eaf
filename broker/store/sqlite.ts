// The embedded store: SQLite in WAL mode with synchronous=FULL, one writer, readers beside it.
// `serve` holds `<store>.lock` for its whole life; the operating system lets go of it however the process ends.
import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Migrator } from 'kysely/migration';
import { StartRefused, StoreInUse } from '../errors.ts';
import { createBrokenLatch } from './broken-latch.ts';
import { createGroupCommit } from './group-commit.ts';
import { firstSchema } from './migrations/0001-first-schema.ts';
import { signIn } from './migrations/0002-sign-in.ts';
import { approvalsSchema } from './migrations/0003-approvals.ts';
import { breakGlassSchema } from './migrations/0004-break-glass.ts';
import { accessSchema } from './migrations/0005-access.ts';
import { keyStatesSchema } from './migrations/0006-key-states.ts';
import { commandLineSchema } from './migrations/0007-command-line.ts';
import { logByIndexSchema } from './migrations/0008-log-by-index.ts';
import { grantsEndedSchema } from './migrations/0009-grants-ended.ts';
import { leasesNotRevokedSchema } from './migrations/0010-leases-not-revoked.ts';
import { controlOf, statementsOver } from './node-sqlite.ts';
import type { Database } from './schema.ts';
import type { Store, StoreOptions, Transaction, TransactionGuard, Unit } from './store.ts';
import { isStoreFailure, storeFailure } from './store-failure.ts';
import { tablesOf } from './tables.ts';

const MIGRATIONS = {
  '0001-first-schema': firstSchema,
  '0002-sign-in': signIn,
  '0003-approvals': approvalsSchema,
  '0004-break-glass': breakGlassSchema,
  '0005-access': accessSchema,
  '0006-key-states': keyStatesSchema,
  '0007-command-line': commandLineSchema,
  '0008-log-by-index': logByIndexSchema,
  '0009-grants-ended': grantsEndedSchema,
  '0010-leases-not-revoked': leasesNotRevokedSchema,
};
const BUSY_TIMEOUT_MS = 5000;
const SYNCHRONOUS_FULL = 2;
/**
 * Durable, and nothing deleted left readable. The pages that a commit works on stay in memory (64 MiB; the default of 2 MB has
 * them written out and read again within one commit). What savepoints keep stays in memory too, instead of in files in the
 * system's temporary directory.
 * The write-ahead log is folded in by the commit that finds 8 MB in it, for which everybody waits. At 32 MB that takes twice as
 * much CPU and thrice the pages of the disk; at 4 MB, the default, every other commit of a busy broker syncs once more for it.
 * While somebody reads one state of the store for long, as `log verify` does, nothing of what came since can be folded in, and it
 * grows; what it has beyond 16 MB it gives back to the disk afterwards.
 */
const PRAGMAS = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON;
  PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 2000; PRAGMA temp_store = MEMORY;
  PRAGMA journal_size_limit = 16777216`;

export interface SqliteOptions extends StoreOptions {
  readonly path: string;
}

export interface SqliteStoreOptions extends SqliteOptions {
  /** how the connection that writes is made: a test has one that fails */
  readonly connect?: ((path: string) => DatabaseSync) | undefined;
}

/** Opens the store for writing and brings its schema up to date. It must exist, but for `:memory:`: see `createSqliteFile`. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, clock, connect = connectWriter, onBroken = () => undefined } = options;
  const database = openWriter(path, connect);
  const statements = statementsOver(database);
  await migrate(statements.db, path);
  const tables = tablesOf(statements);
  let guard: TransactionGuard = NO_GUARD;
  const transaction = (): Transaction => ({ ...tables, now: clock.now(), tree: undefined, large: false });
  const latch = createBrokenLatch(onBroken);
  const group = createGroupCommit({ connection: controlOf(database), transaction, guard: () => guard, latch });
  // A second connection cannot see a database in memory: there, readers wait their turn behind the writer.
  const reader = path === ':memory:' ? undefined : openSqliteReader({ path, clock });
  return {
    commit: group.commit,
    async read(query) {
      latch.check();
      return reader === undefined ? group.commit(query) : reader.read(query);
    },
    guard(given) {
      guard = given;
    },
    broken: () => latch.broken,
    async close() {
      await group.idle();
      await reader?.close();
      // The last connection that closes writes the WAL into the database: not from a state that nobody knows.
      if (!latch.broken) database.close();
    },
  };
}

const NO_GUARD: TransactionGuard = {
  begin: async () => undefined,
  beforeCommit: async () => undefined,
  settled: () => undefined,
};

export type StoreReader = Pick<Store, 'read' | 'close'>;

/**
 * Opens the store for reading only; works beside a running broker and without one.
 * @throws StartRefused where it has the schema of another version: to read it would look as if somebody had changed it
 */
export function openSqliteReader({ path, clock }: SqliteOptions): StoreReader {
  const database = orRefuse(path, () => {
    const opened = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    refuseOtherSchema(opened, path);
    return opened;
  });
  const tables = tablesOf(statementsOver(database));
  let turn: Promise<unknown> = Promise.resolve();
  return {
    read<T>(query: Unit<T>): Promise<T> {
      const mine = turn.then(() =>
        readSnapshot(database, () => query({ ...tables, now: clock.now(), tree: undefined, large: false })),
      );
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await turn;
      database.close();
    },
  };
}

/** Makes an empty store file that only its owner can read; an existing one is left as it is. */
export function createSqliteFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
}

/**
 * Takes the lock that only one broker can hold, and returns how to let go of it.
 * A lock of the operating system on a file of its own: a crash frees it, a stale file means nothing.
 * @throws StartRefused when another broker holds it
 */
export function lockStore(path: string): () => void {
  // By its real name: a symlink would be a second lock for the same store.
  const lockFile = `${existsSync(path) ? realpathSync(path) : path}.lock`;
  const lock = openLock(lockFile, path);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new StoreInUse(`another broker is running on the store ${path} (it holds ${lockFile}): stop it first`, {
      cause,
    });
  }
  return () => lock.close();
}

function openLock(lockFile: string, path: string): DatabaseSync {
  try {
    return new DatabaseSync(lockFile, { timeout: 0 });
  } catch (cause) {
    throw new StartRefused(
      `${lockFile} cannot be made: the directory of the store ${path} is missing or not writable; \`buildpass keys create\` makes the store`,
      { cause },
    );
  }
}

async function readSnapshot<T>(database: DatabaseSync, query: () => Promise<T>): Promise<T> {
  try {
    database.exec('BEGIN');
    return await query();
  } catch (error) {
    throw isStoreFailure(error) ? storeFailure(error) : error;
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

const connectWriter = (path: string): DatabaseSync => new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });

function openWriter(path: string, connect: (path: string) => DatabaseSync): DatabaseSync {
  return orRefuse(path, () => {
    const database = connect(path);
    database.exec(PRAGMAS);
    assertDurable(database, path);
    // A file that may only be read is opened all the same, and would be found out by the first ask.
    database.exec('BEGIN IMMEDIATE; PRAGMA user_version = 1; ROLLBACK');
    // After a failed fsync, what stands in the WAL may be in the operating system's cache alone, and a power cut would take it
    // with everything that was built on it. So it is written again, into the database, and synced before anything else.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return database;
  });
}

/** @throws StartRefused where there is no store, or SQLite cannot open what is there */
function orRefuse(path: string, open: () => DatabaseSync): DatabaseSync {
  if (path !== ':memory:' && !existsSync(path)) {
    throw new StartRefused(
      `there is no store at ${path}: \`buildpass keys create\` makes one, or the path in the configuration is wrong`,
    );
  }
  try {
    return open();
  } catch (cause) {
    if (cause instanceof StartRefused) throw cause;
    throw new StartRefused(`the store ${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

// A database in WAL mode silently opens with synchronous=NORMAL in some builds, and then the last commits can be lost (T37).
function assertDurable(database: DatabaseSync, path: string): void {
  const { synchronous } = database.prepare('PRAGMA synchronous').get() as { synchronous: number };
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string };
  if (synchronous !== SYNCHRONOUS_FULL || (mode !== 'wal' && path !== ':memory:')) {
    throw new StartRefused(
      `the store ${path} does not keep its promises: journal_mode is ${mode}, synchronous is ${synchronous}, wanted wal and ${SYNCHRONOUS_FULL}`,
    );
  }
}

function refuseOtherSchema(database: DatabaseSync, path: string): void {
  const done = database.prepare(`SELECT name FROM sqlite_schema WHERE name = 'kysely_migration'`).all();
  const names = done.length === 0 ? [] : database.prepare('SELECT name FROM kysely_migration').all();
  const known = Object.keys(MIGRATIONS);
  if (names.some(({ name }) => !known.includes(String(name))))
    throw new StartRefused(`the store ${path} was brought to the schema of a later version: use that one`);
  if (names.length < known.length)
    throw new StartRefused(
      `the store ${path} has the schema of an earlier version, which is no fault of it: a start of \`buildpass serve\` brings it up to date; until then it is read by the version that wrote it`,
    );
}

async function migrate(db: Database, path: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new StartRefused(
      `the store ${path} could not be brought to this version's schema: ${(error as Error).message}`,
      { cause: error },
    );
}
