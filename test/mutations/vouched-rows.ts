// Every row of a store that a mutation may touch, and which of its columns the log does not vouch for, each with the reason.
// docs/log-format.md says the same; whatever is not here must be found.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

export type Row = Record<string, SQLInputValue>;

export interface Table {
  readonly name: string;
  readonly key: readonly string[];
}

export const TABLES: readonly Table[] = [
  { name: 'log_entries', key: ['entry_index'] },
  { name: 'entry_personal', key: ['entry_index', 'field'] },
  { name: 'log_tiles', key: ['level', 'tile'] },
  { name: 'checkpoints', key: ['size'] },
  { name: 'tree_head', key: ['id'] },
  { name: 'requests', key: ['id'] },
  { name: 'approvals', key: ['id'] },
  { name: 'verdicts', key: ['approval_id', 'principal'] },
  { name: 'approval_requests', key: ['request_id'] },
  { name: 'incidents', key: ['id'] },
  { name: 'invocations', key: ['id'] },
  { name: 'suspensions', key: ['id'] },
  { name: 'revocations', key: ['id'] },
  { name: 'grants', key: ['id'] },
  { name: 'issuances', key: ['id'] },
  { name: 'leases', key: ['id'] },
  { name: 'policy_documents', key: ['digest', 'file'] },
  { name: 'policy_sets', key: ['digest'] },
  { name: 'policy_in_force', key: ['id'] },
  { name: 'signing_keys', key: ['id'] },
];

interface Unvouched {
  readonly table: string;
  readonly column: string;
  readonly when?: (row: Row) => boolean;
  readonly why: string;
}

export const NOT_VOUCHED: readonly Unvouched[] = [
  {
    table: 'requests',
    column: 'repeats',
    when: (row) => row['state'] === 'denied',
    why: 'equal refusals are counted, not logged',
  },
  {
    table: 'requests',
    column: 'updated_at',
    when: (row) => row['state'] === 'denied',
    why: 'a counted refusal moves it on; never before the decision',
  },
  {
    table: 'approvals',
    column: 'entitlement_digest',
    why: 'the binding, which is vouched for, holds it too: with another one nobody decides or collects',
  },
  {
    table: 'revocations',
    column: 'reach',
    why: 'how far the broker looks; each lease that an order ended says so itself',
  },
  { table: 'grants', column: 'issuance_id', when: isUnspent, why: 'an unspent grant issued nothing' },
  { table: 'grants', column: 'lease_id', when: isUnspent, why: 'an unspent grant issued nothing' },
  {
    table: 'leases',
    column: 'sealed_handle',
    why: 'a secret, sealed with the lease id; whoever changes it makes revoking fail',
  },
  {
    table: 'signing_keys',
    column: 'sealed_private_key',
    why: 'a secret, sealed with the key id; whoever changes it stops the start',
  },
];

function isUnspent(row: Row): boolean {
  return row['redeemed_at'] === null;
}

export const isVouched = (table: string, column: string, row: Row): boolean =>
  !NOT_VOUCHED.some((one) => one.table === table && one.column === column && (one.when?.(row) ?? true));

/** The row with what the log does not vouch for left out. */
export const vouched = (table: string, row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([column]) => isVouched(table, column, row)));

export function rowsOf(database: DatabaseSync, { name, key }: Table): Row[] {
  const order = key.map((column) => `"${column}"`).join(', ');
  return database.prepare(`SELECT * FROM ${name} ORDER BY ${order}`).all() as Row[];
}

/** Everything vouched for in a store, as one text. */
export function stateOf(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = TABLES.map((table) => rowsOf(database, table).map((row) => vouched(table.name, row)));
  database.close();
  return JSON.stringify(rows);
}

/** One that takes a key that is taken takes the place of the row that had it. */
export function writeRow(database: DatabaseSync, table: string, row: Row): void {
  const columns = Object.keys(row);
  const names = columns.map((column) => `"${column}"`).join(', ');
  const marks = columns.map(() => '?').join(', ');
  database.prepare(`INSERT OR REPLACE INTO ${table} (${names}) VALUES (${marks})`).run(...Object.values(row));
}

export function deleteRow(database: DatabaseSync, { name, key }: Table, row: Row): void {
  const where = key.map((column) => `"${column}" IS ?`).join(' AND ');
  database.prepare(`DELETE FROM ${name} WHERE ${where}`).run(...key.map((column) => row[column] ?? null));
}

/** Puts other rows in place of all of a table. */
export function replaceRows(database: DatabaseSync, { name }: Table, rows: readonly Row[]): void {
  database.exec(`DELETE FROM ${name}`);
  for (const row of rows) writeRow(database, name, row);
}
