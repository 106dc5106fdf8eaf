// People: what their principals came to, their sessions, and their passkeys. A principal that was found to be the same person as
// another keeps its row and its id, so that what was said under it stays true; `merged_into` says who that is.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `ALTER TABLE principals ADD COLUMN merged_into text REFERENCES principals (id)`,
  // What the provider called it when it was last seen: for people to read, never to decide by.
  `ALTER TABLE identities ADD COLUMN name text`,
  `CREATE INDEX identities_of_principal ON identities (principal_id)`,

  // A session is known by the hash of its token alone. `proofs` is what each provider said in it, by name of the provider.
  `CREATE TABLE sessions (
     token_hash text PRIMARY KEY, id text NOT NULL UNIQUE, principal_id text NOT NULL REFERENCES principals (id),
     provider text NOT NULL, proofs text NOT NULL, started_at bigint NOT NULL, seen_at bigint NOT NULL, ends_at bigint NOT NULL,
     stepped_up_at bigint, step_up_method text, challenge text) WITHOUT ROWID`,
  `CREATE INDEX sessions_of_principal ON sessions (principal_id)`,
  `CREATE INDEX sessions_ending ON sessions (ends_at)`,

  `CREATE TABLE passkeys (
     id text PRIMARY KEY, credential_id text NOT NULL UNIQUE, principal_id text NOT NULL REFERENCES principals (id),
     name text NOT NULL, public_key text NOT NULL, counter bigint NOT NULL, transports text NOT NULL,
     created_at bigint NOT NULL, used_at bigint) WITHOUT ROWID`,
  `CREATE INDEX passkeys_of_principal ON passkeys (principal_id)`,
];

export const signIn: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
