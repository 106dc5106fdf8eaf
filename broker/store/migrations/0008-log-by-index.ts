// Entries and checkpoints lie in the tree of their own number, which SQLite does for INTEGER and for no other word: one tree to write
// a row into instead of two. An entry's id is 128 random bits, and nothing looks an entry up by it; ids of requests begin with their
// time, so that the newest are found by them.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE entries_by_index (
     entry_index INTEGER PRIMARY KEY CHECK (entry_index >= 0), id text NOT NULL, time bigint NOT NULL, type text NOT NULL,
     project text, request_id text, leaf text NOT NULL, leaf_hash text NOT NULL)`,
  `INSERT INTO entries_by_index SELECT entry_index, id, time, type, project, request_id, leaf, leaf_hash FROM log_entries
     ORDER BY entry_index`,
  `DROP TABLE log_entries`,
  `ALTER TABLE entries_by_index RENAME TO log_entries`,
  `CREATE INDEX log_entries_of_request ON log_entries (request_id)`,
  `CREATE TABLE checkpoints_by_size (size INTEGER PRIMARY KEY CHECK (size > 0), time bigint NOT NULL, note text NOT NULL)`,
  `INSERT INTO checkpoints_by_size SELECT size, time, note FROM checkpoints ORDER BY size`,
  `DROP TABLE checkpoints`,
  `ALTER TABLE checkpoints_by_size RENAME TO checkpoints`,
  `DROP INDEX requests_by_time`,
];

export const logByIndexSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
