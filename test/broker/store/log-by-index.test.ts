// A store that was written before entries lay in the tree of their index: nothing of its log is lost or changed.
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { firstSchema } from '../../../broker/store/migrations/0001-first-schema.ts';
import { logByIndexSchema } from '../../../broker/store/migrations/0008-log-by-index.ts';
import { statementsOver } from '../../../broker/store/node-sqlite.ts';

const ENTRIES = [2, 0, 1].map((index) => ({
  ...{ entry_index: index, id: `ent_${index}`, time: 1_000 + index, type: 'policy.changed', project: 'shop' },
  ...{ request_id: index === 1 ? null : 'req_1', leaf: `{"index":${index}}`, leaf_hash: `hash ${index}` },
}));
const CHECKPOINTS = [
  { size: 3, time: 3_000, note: 'of three' },
  { size: 1, time: 1_000, note: 'of one' },
];

it('keeps the log as it was, in its order', async () => {
  const database = new DatabaseSync(':memory:');
  const { db } = statementsOver(database);
  await firstSchema.up(db);
  await db.insertInto('log_entries').values(ENTRIES).execute();
  await db.insertInto('checkpoints').values(CHECKPOINTS).execute();
  await logByIndexSchema.up(db);
  expect(await db.selectFrom('log_entries').selectAll().execute()).toEqual(
    ENTRIES.toSorted((one, other) => one.entry_index - other.entry_index),
  );
  expect(await db.selectFrom('checkpoints').selectAll().execute()).toEqual(CHECKPOINTS.toReversed());
});
