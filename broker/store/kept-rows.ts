// The rows that the log vouches for, read as they are: whole tables for the verifier and for exports, a page at a time.
import { KEPT_TABLES, type KeptRow, type KeptTable } from '../../shared/kept-rows.ts';
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface KeptRows {
  /** The rows after the one with this id, in the order of their ids; a table without ids comes as one page. */
  page(table: KeptTable, after: string): Promise<readonly KeptRow[]>;
  /** How many rows there are, whatever is in them. */
  count(table: KeptTable): Promise<number>;
}

const PAGE = 500;
const HAS_MANY_ROWS: readonly KeptTable[] = ['requests', 'grants', 'issuances', 'leases'];

/** What is kept is what the schema has. */
const TABLES: { readonly [T in KeptTable]: { key: number; columns: readonly (string & keyof Schema[T])[] } } =
  KEPT_TABLES;

export const keptRowTables = ({ db }: Statements): KeptRows => ({
  async page(table, after) {
    const { key, columns } = TABLES[table];
    const ordered = columns
      .slice(0, key)
      .reduce(
        (query, column) => query.orderBy(db.dynamic.ref(column)),
        db.selectFrom(table as 'requests').select(columns as readonly 'id'[]),
      );
    if (!HAS_MANY_ROWS.includes(table)) return after === '' ? ordered.execute() : [];
    return ordered.where('id', '>', after).limit(PAGE).execute();
  },
  async count(table) {
    const row = await db
      .selectFrom(table as 'requests')
      .select((select) => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },
});
