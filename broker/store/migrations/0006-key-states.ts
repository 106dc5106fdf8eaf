// The life of a signing key: published, signing, published only, gone. And which key signed what a lease is of, so that with a
// key that leaked everybody knows what to end.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `ALTER TABLE signing_keys ADD COLUMN state text NOT NULL DEFAULT 'current'`,
  `ALTER TABLE signing_keys ADD COLUMN changed_at bigint NOT NULL DEFAULT 0`,
  `ALTER TABLE signing_keys ADD COLUMN changes_at bigint`,
  `UPDATE signing_keys SET changed_at = created_at`,
  `ALTER TABLE leases ADD COLUMN key_id text`,
];

export const keyStatesSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
