// The rows of the issuance log: tree head, entries with the openings of their personal fields, complete tiles, checkpoints.
import type { Millis } from '../clock.ts';
import type { Database, LogEntryRow, Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export type { LogEntryRow } from './schema.ts';

export interface PersonalField {
  readonly field: string;
  /** base64 of 128 random bits */
  readonly salt: string;
  readonly value: string;
}

export interface CheckpointRow {
  readonly size: number;
  readonly time: Millis;
  readonly note: string;
}

/** Size of the tree and the roots of its maximal complete subtrees, widest first: all that appending needs. */
export interface HeadRow {
  readonly size: number;
  /** hashes in base64 with a space between them */
  readonly edge: string;
}

export interface LogTables {
  head(): Promise<HeadRow>;
  setHead(head: HeadRow): Promise<void>;
  insertEntry(row: LogEntryRow, personal: readonly PersonalField[]): Promise<void>;
  entry(index: number): Promise<LogEntryRow | undefined>;
  entries(range: { start: number; end: number }): Promise<readonly LogEntryRow[]>;
  entriesOfRequest(requestId: string): Promise<readonly LogEntryRow[]>;
  issuedEntry(requestId: string): Promise<LogEntryRow | undefined>;
  /** Those that make keys and move them. */
  entriesOfKeys(): Promise<readonly LogEntryRow[]>;
  personalOf(range: { start: number; end: number }): Promise<readonly (PersonalField & { entry_index: number })[]>;
  leafHashes(range: { start: number; end: number }): Promise<readonly string[]>;
  /** How many rows there are, whatever is in them. */
  counts(): Promise<Readonly<Record<'entries' | 'personal' | 'tiles' | 'checkpoints', number>>>;
  insertTile(tile: { level: number; tile: number; hashes: string; root: string }): Promise<void>;
  tileHashes(level: number, tile: number): Promise<string | undefined>;
  /** Roots of the complete tiles of a level: the hashes of the level above. */
  tileRoots(level: number, range: { start: number; end: number }): Promise<readonly string[]>;
  insertCheckpoint(row: CheckpointRow): Promise<void>;
  /** The checkpoint of the tree as it is: every transaction that makes it grow signs one. */
  latestCheckpoint(): Promise<CheckpointRow | undefined>;
  hasCheckpointBeyond(size: number): Promise<boolean>;
  /** The first checkpoint that covers an entry. */
  checkpointCovering(index: number): Promise<CheckpointRow | undefined>;
  /** Checkpoints of these sizes, smallest first. */
  checkpoints(sizes: { start: number; end: number }): Promise<readonly CheckpointRow[]>;
}

export const logTables = (statements: Statements): LogTables => ({
  ...entryTable(statements),
  ...entryLookups(statements),
  ...treeTables(statements),
  ...checkpointTable(statements),
});

type EntryTable = Pick<LogTables, 'insertEntry' | 'entries' | 'personalOf' | 'leafHashes' | 'counts'>;
type EntryLookups = Pick<LogTables, 'entry' | 'entriesOfRequest' | 'issuedEntry' | 'entriesOfKeys'>;
type CheckpointTable = Pick<
  LogTables,
  'insertCheckpoint' | 'latestCheckpoint' | 'hasCheckpointBeyond' | 'checkpointCovering' | 'checkpoints'
>;
type TreeTables = Omit<LogTables, keyof EntryTable | keyof EntryLookups | keyof CheckpointTable>;

interface Range {
  readonly start: number;
  readonly end: number;
}

const entryTable = ({ db, all, first }: Statements): EntryTable => {
  const insertEntry = first((build, row: LogEntryRow) => build.insertInto('log_entries').values(row));
  const insertOpening = first((build, row: Schema['entry_personal']) => build.insertInto('entry_personal').values(row));
  const entries = all((build, { start, end }: Range) =>
    build
      .selectFrom('log_entries')
      .selectAll()
      .where('entry_index', '>=', start)
      .where('entry_index', '<', end)
      .orderBy('entry_index'),
  );
  const personalOf = all((build, { start, end }: Range) =>
    build
      .selectFrom('entry_personal')
      .selectAll()
      .where('entry_index', '>=', start)
      .where('entry_index', '<', end)
      .orderBy('entry_index')
      .orderBy('field'),
  );
  const leafHashes = all((build, { start, end }: Range) =>
    build
      .selectFrom('log_entries')
      .select('leaf_hash')
      .where('entry_index', '>=', start)
      .where('entry_index', '<', end)
      .orderBy('entry_index'),
  );
  return {
    async insertEntry(row, personal) {
      await insertEntry(row);
      for (const { field, salt, value } of personal)
        await insertOpening({ entry_index: row.entry_index, field, salt, value });
    },
    entries,
    personalOf,
    async leafHashes(range) {
      return (await leafHashes(range)).map((row) => row.leaf_hash);
    },
    async counts() {
      return {
        entries: await countOf(db, 'log_entries'),
        personal: await countOf(db, 'entry_personal'),
        tiles: await countOf(db, 'log_tiles'),
        checkpoints: await countOf(db, 'checkpoints'),
      };
    },
  };
};

const entryLookups = ({ all, first }: Statements): EntryLookups => {
  const entry = first((db, { index }: { index: number }) =>
    db.selectFrom('log_entries').selectAll().where('entry_index', '=', index),
  );
  const ofRequest = all((db, { requestId }: { requestId: string }) =>
    db.selectFrom('log_entries').selectAll().where('request_id', '=', requestId).orderBy('entry_index'),
  );
  const issued = first((db, { requestId }: { requestId: string }) =>
    db
      .selectFrom('log_entries')
      .selectAll()
      .where('request_id', '=', requestId)
      .where('type', '=', 'issuance.succeeded')
      .orderBy('entry_index', 'desc')
      .limit(1),
  );
  // They are of no request, which the index of requests finds without a look at all others.
  const ofKeys = all((db, _: object) =>
    db
      .selectFrom('log_entries')
      .selectAll()
      .where('request_id', 'is', null)
      .where('type', 'in', ['key.created', 'key.rotated'])
      .orderBy('entry_index'),
  );
  return {
    entry: (index) => entry({ index }),
    entriesOfKeys: () => ofKeys({}),
    entriesOfRequest: (requestId) => ofRequest({ requestId }),
    issuedEntry: (requestId) => issued({ requestId }),
  };
};

const treeTables = ({ all, first }: Statements): TreeTables => {
  const head = first((db, { id }: { id: number }) =>
    db.selectFrom('tree_head').select(['size', 'edge']).where('id', '=', id),
  );
  const setHead = first((db, { id, size, edge }: Schema['tree_head']) =>
    db.updateTable('tree_head').set({ size, edge }).where('id', '=', id),
  );
  const insertTile = first((db, row: Schema['log_tiles']) => db.insertInto('log_tiles').values(row));
  const tileHashes = first((db, { level, tile }: { level: number; tile: number }) =>
    db.selectFrom('log_tiles').select('hashes').where('level', '=', level).where('tile', '=', tile),
  );
  const tileRoots = all((db, { level, start, end }: Range & { level: number }) =>
    db
      .selectFrom('log_tiles')
      .select('root')
      .where('level', '=', level)
      .where('tile', '>=', start)
      .where('tile', '<', end)
      .orderBy('tile'),
  );
  return {
    async head() {
      const row = await head({ id: THE_ONE });
      if (row === undefined) throw new Error('the store has no tree head');
      return row;
    },
    async setHead({ size, edge }) {
      await setHead({ id: THE_ONE, size, edge });
    },
    async insertTile(tile) {
      await insertTile(tile);
    },
    async tileHashes(level, tile) {
      return (await tileHashes({ level, tile }))?.hashes;
    },
    async tileRoots(level, { start, end }) {
      return (await tileRoots({ level, start, end })).map((row) => row.root);
    },
  };
};

const THE_ONE = 1;

const checkpointTable = ({ all, first }: Statements): CheckpointTable => {
  const insert = first((db, row: Schema['checkpoints']) => db.insertInto('checkpoints').values(row));
  const ofHead = first((db, { id }: { id: number }) =>
    db
      .selectFrom('checkpoints')
      .selectAll()
      .where('size', '=', (head) => head.selectFrom('tree_head').select('size').where('id', '=', id)),
  );
  const beyond = first((db, { size }: { size: number }) =>
    db.selectFrom('checkpoints').selectAll().where('size', '>', size).orderBy('size').limit(1),
  );
  const ofSizes = all((db, { start, end }: Range) =>
    db.selectFrom('checkpoints').selectAll().where('size', '>=', start).where('size', '<', end).orderBy('size'),
  );
  return {
    async insertCheckpoint({ size, time, note }) {
      await insert({ size, time, note });
    },
    latestCheckpoint: () => ofHead({ id: THE_ONE }),
    async hasCheckpointBeyond(size) {
      return (await beyond({ size })) !== undefined;
    },
    checkpointCovering: (index) => beyond({ size: index }),
    checkpoints: ofSizes,
  };
};

async function countOf(
  db: Database,
  table: 'log_entries' | 'entry_personal' | 'log_tiles' | 'checkpoints',
): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
