// What is being issued when security revokes, or when its job is over, is marked on its grant, so that nobody is handed what comes of it.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `ALTER TABLE grants ADD COLUMN ended_by text`,
  // A grant that is spent when it is made, as nearly all are, is never in it.
  `CREATE INDEX grants_unspent ON grants (expires_at) WHERE redeemed_at IS NULL`,
];

export const grantsEndedSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
