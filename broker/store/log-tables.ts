// The rows of the issuance log: tree head, entries with the openings of their personal fields, complete tiles, checkpoints.
import type { Millis } from '../clock.ts';
import type { LogEntryRow } from './schema.ts';
import type { Database } from './store.ts';

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

export interface LogTables {
  /** Takes the next index and locks the tree head for the rest of the transaction; `edge` is that of the tree before it. */
  takeIndex(): Promise<{ readonly index: number; readonly edge: string }>;
  setEdge(edge: string): Promise<void>;
  head(): Promise<{ readonly size: number; readonly edge: string }>;
  insertEntry(row: LogEntryRow, personal: readonly PersonalField[]): Promise<void>;
  entry(index: number): Promise<LogEntryRow | undefined>;
  entries(range: { start: number; end: number }): Promise<readonly LogEntryRow[]>;
  entriesOfRequest(requestId: string): Promise<readonly LogEntryRow[]>;
  issuedEntry(requestId: string): Promise<LogEntryRow | undefined>;
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

export const logTables = (db: Database): LogTables => ({
  ...entryTable(db),
  ...entryLookups(db),
  ...treeTables(db),
  ...checkpointTable(db),
});

type EntryTable = Pick<LogTables, 'insertEntry' | 'entries' | 'personalOf' | 'leafHashes' | 'counts'>;
type EntryLookups = Pick<LogTables, 'entry' | 'entriesOfRequest' | 'issuedEntry'>;
type CheckpointTable = Pick<
  LogTables,
  'insertCheckpoint' | 'latestCheckpoint' | 'hasCheckpointBeyond' | 'checkpointCovering' | 'checkpoints'
>;
type TreeTables = Omit<LogTables, keyof EntryTable | keyof EntryLookups | keyof CheckpointTable>;

const entryTable = (db: Database): EntryTable => ({
  async insertEntry(row, personal) {
    await db.insertInto('log_entries').values(row).execute();
    if (personal.length === 0) return;
    await db
      .insertInto('entry_personal')
      .values(personal.map((opening) => ({ ...opening, entry_index: row.entry_index })))
      .execute();
  },
  async entries({ start, end }) {
    return db
      .selectFrom('log_entries')
      .selectAll()
      .where('entry_index', '>=', start)
      .where('entry_index', '<', end)
      .orderBy('entry_index')
      .execute();
  },
  async personalOf({ start, end }) {
    return db
      .selectFrom('entry_personal')
      .selectAll()
      .where('entry_index', '>=', start)
      .where('entry_index', '<', end)
      .orderBy('entry_index')
      .orderBy('field')
      .execute();
  },
  async leafHashes({ start, end }) {
    const rows = await db
      .selectFrom('log_entries')
      .select('leaf_hash')
      .where('entry_index', '>=', start)
      .where('entry_index', '<', end)
      .orderBy('entry_index')
      .execute();
    return rows.map((row) => row.leaf_hash);
  },
  async counts() {
    return {
      entries: await countOf(db, 'log_entries'),
      personal: await countOf(db, 'entry_personal'),
      tiles: await countOf(db, 'log_tiles'),
      checkpoints: await countOf(db, 'checkpoints'),
    };
  },
});

const entryLookups = (db: Database): EntryLookups => ({
  async entry(index) {
    return db.selectFrom('log_entries').selectAll().where('entry_index', '=', index).executeTakeFirst();
  },
  async entriesOfRequest(requestId) {
    return db
      .selectFrom('log_entries')
      .selectAll()
      .where('request_id', '=', requestId)
      .orderBy('entry_index')
      .execute();
  },
  async issuedEntry(requestId) {
    return db
      .selectFrom('log_entries')
      .selectAll()
      .where('request_id', '=', requestId)
      .where('type', '=', 'issuance.succeeded')
      .orderBy('entry_index', 'desc')
      .limit(1)
      .executeTakeFirst();
  },
});

const treeTables = (db: Database): TreeTables => ({
  async takeIndex() {
    const head = await db
      .updateTable('tree_head')
      .set((row) => ({ size: row('size', '+', 1) }))
      .where('id', '=', 1)
      .returning(['size', 'edge'])
      .executeTakeFirstOrThrow();
    return { index: head.size - 1, edge: head.edge };
  },
  async setEdge(edge) {
    await db.updateTable('tree_head').set({ edge }).where('id', '=', 1).execute();
  },
  async head() {
    return db.selectFrom('tree_head').select(['size', 'edge']).where('id', '=', 1).executeTakeFirstOrThrow();
  },
  async insertTile(tile) {
    await db.insertInto('log_tiles').values(tile).execute();
  },
  async tileHashes(level, tile) {
    const row = await db
      .selectFrom('log_tiles')
      .select('hashes')
      .where('level', '=', level)
      .where('tile', '=', tile)
      .executeTakeFirst();
    return row?.hashes;
  },
  async tileRoots(level, { start, end }) {
    const rows = await db
      .selectFrom('log_tiles')
      .select('root')
      .where('level', '=', level)
      .where('tile', '>=', start)
      .where('tile', '<', end)
      .orderBy('tile')
      .execute();
    return rows.map((row) => row.root);
  },
});

const checkpointTable = (db: Database): CheckpointTable => ({
  async insertCheckpoint(row) {
    await db.insertInto('checkpoints').values(row).execute();
  },
  async latestCheckpoint() {
    return db
      .selectFrom('checkpoints')
      .selectAll()
      .where('size', '=', db.selectFrom('tree_head').select('size').where('id', '=', 1))
      .executeTakeFirst();
  },
  async hasCheckpointBeyond(size) {
    const row = await db.selectFrom('checkpoints').select('size').where('size', '>', size).limit(1).executeTakeFirst();
    return row !== undefined;
  },
  async checkpointCovering(index) {
    return db
      .selectFrom('checkpoints')
      .selectAll()
      .where('size', '>', index)
      .orderBy('size')
      .limit(1)
      .executeTakeFirst();
  },
  async checkpoints({ start, end }) {
    return db
      .selectFrom('checkpoints')
      .selectAll()
      .where('size', '>=', start)
      .where('size', '<', end)
      .orderBy('size')
      .execute();
  },
});

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
