// Mutations of a store by somebody who can write every byte of it: one at a time, anywhere in what the log vouches for.
import { DatabaseSync } from 'node:sqlite';
import type { Choice } from './choice.ts';
import type { Evidence } from './evidence.ts';
import { deleteRow, isVouched, type Row, replaceRows, rowsOf, TABLES, type Table, writeRow } from './vouched-rows.ts';

export interface StoreMutation {
  readonly evidence: Evidence;
  /** the copy to change */
  readonly path: string;
  readonly choice: Choice;
}

export type MutateStore = (mutation: StoreMutation) => string;

/** Each returns what it did, in a few words. */
export const STORE_MUTATIONS = {
  edit: changing(({ database, choice }) => {
    const { table, row } = anyRow(database, choice);
    const column = choice.of(Object.keys(row).filter((name) => isVouched(table.name, name, row)));
    deleteRow(database, table, row);
    writeRow(database, table.name, { ...row, [column]: otherValue({ database, table, row, column, choice }) });
    return `${table.name}.${column}`;
  }),
  delete: changing(({ database, choice }) => {
    const { table, row } = anyRow(database, choice);
    deleteRow(database, table, row);
    return table.name;
  }),
  insert: changing(({ database, choice }) => {
    const { table, row } = anyRow(database, choice, ['tree_head', 'policy_in_force']);
    const copy = { ...row };
    // A copy under another key; unique columns get a value of their own.
    for (const column of [...table.key, ...(UNIQUE[table.name] ?? [])]) copy[column] = otherKey(copy[column], choice);
    writeRow(database, table.name, copy);
    return table.name;
  }),
  swap: changing(({ database, choice }) => {
    const table = choice.of(TABLES.filter((one) => rowsOf(database, one).length > 1));
    const [one, other] = choice.twoOf(rowsOf(database, table));
    const columns = Object.keys(one).filter(
      (name) => isVouched(table.name, name, one) && isVouched(table.name, name, other),
    );
    const swapped = choice.below(2) === 0 ? [choice.of(columns)] : columns.filter((name) => !table.key.includes(name));
    for (const row of [one, other]) deleteRow(database, table, row);
    for (const [row, from] of [
      [one, other],
      [other, one],
    ] as const)
      writeRow(database, table.name, {
        ...row,
        ...Object.fromEntries(swapped.map((name) => [name, from[name] ?? null])),
      });
    return `${table.name}: ${swapped.length === 1 ? swapped[0] : 'whole rows'}`;
  }),
  truncate: changing(({ database, choice }) => {
    const table = choice.of(TABLES.filter((one) => rowsOf(database, one).length > 1));
    const rows = rowsOf(database, table);
    const from = choice.below(rows.length);
    replaceRows(database, table, rows.slice(0, from));
    return `${table.name} after ${from} of ${rows.length} rows`;
  }),
  'roll back': changing(({ database, choice, evidence }) => {
    const backup = new DatabaseSync(choice.of(evidence.backups).store, { readOnly: true });
    const group = choice.of(GROUPS);
    for (const table of TABLES.filter(({ name }) => group.includes(name)))
      replaceRows(database, table, rowsOf(backup, table));
    backup.close();
    return group.length === TABLES.length ? 'the whole store' : group.join(', ');
  }),
} as const satisfies Readonly<Record<string, MutateStore>>;

const LOG = ['log_entries', 'entry_personal', 'log_tiles', 'checkpoints', 'tree_head'];
const GROUPS: readonly (readonly string[])[] = [
  TABLES.map(({ name }) => name),
  LOG,
  TABLES.map(({ name }) => name).filter((name) => !LOG.includes(name)),
  ...TABLES.map(({ name }) => [name]),
];

const UNIQUE: Readonly<Record<string, readonly string[]>> = {
  log_entries: ['id'],
  grants: ['issuance_id', 'lease_id'],
  issuances: ['grant_id'],
  leases: ['issuance_id'],
};

interface Changing extends Omit<StoreMutation, 'path'> {
  readonly database: DatabaseSync;
}

/** As somebody does who minds no constraint. */
function changing(change: (mutation: Changing) => string): MutateStore {
  return ({ path, ...rest }) => {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    database.exec('PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF; BEGIN');
    try {
      return change({ ...rest, database });
    } finally {
      database.exec('COMMIT');
      database.close();
    }
  };
}

function anyRow(database: DatabaseSync, choice: Choice, except: readonly string[] = []): { table: Table; row: Row } {
  const tables = TABLES.filter((table) => !except.includes(table.name) && rowsOf(database, table).length > 0);
  const table = choice.of(tables);
  return { table, row: choice.of(rowsOf(database, table)) };
}

interface Cell {
  readonly database: DatabaseSync;
  readonly table: Table;
  readonly row: Row;
  readonly column: string;
  readonly choice: Choice;
}

/** What another row has there, or something near; a key keeps to values that no row has. */
function otherValue({ database, table, row, column, choice }: Cell): Row[string] {
  const value = row[column] ?? null;
  if (table.key.includes(column) || UNIQUE[table.name]?.includes(column)) return otherKey(value, choice);
  if (column === 'note' && choice.below(3) === 0) return withoutSignature(String(value), choice);
  if (choice.below(2) === 0) return choice.of([row, ...rowsOf(database, table)])[column] ?? null;
  if (typeof value === 'number') return value + choice.of([-1000, -1, 1, 1000, 86_400_000]);
  if (value === null) return choice.of<Row[string]>([0, 1, 1_800_000_000_000, 'x']);
  return choice.textUnlike(String(value));
}

/** Of a checkpoint: while the log changes its key, it has several. */
function withoutSignature(note: string, choice: Choice): string {
  const [text = '', signatures = ''] = note.split('\n\n');
  const lines = signatures.trimEnd().split('\n');
  return `${text}\n\n${lines.toSpliced(choice.below(lines.length), 1).join('\n')}\n`;
}

function otherKey(value: Row[string] | undefined, choice: Choice): Row[string] {
  return typeof value === 'number'
    ? value + 100_000 + choice.below(1000)
    : `${choice.textUnlike(String(value))}${choice.below(1000)}`;
}
