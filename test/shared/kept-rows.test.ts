// What an export holds of the rows beside the log: all that the log vouches for, and nothing that is a secret.
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { KEPT_TABLE_NAMES, KEPT_TABLES } from '../../shared/kept-rows.ts';
import { openTestLog } from '../support/test-log.ts';

test('every column of each table is in it, but those of secrets and those that nobody vouches for', async () => {
  const { path } = await openTestLog();
  const database = new DatabaseSync(path);
  const left = KEPT_TABLE_NAMES.flatMap((table) => {
    const columns = database
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name));
    const kept: readonly string[] = KEPT_TABLES[table].columns;
    expect(kept.filter((column) => !columns.includes(column))).toEqual([]);
    return columns.filter((column) => !kept.includes(column)).map((column) => `${table}.${column}`);
  });
  database.close();
  expect(left).toEqual([
    'signing_keys.sealed_private_key',
    'revocations.reach',
    'approvals.entitlement_digest',
    'leases.sealed_handle',
  ]);
  expect(KEPT_TABLE_NAMES).toHaveLength(15);
});
