// The first schema: requests to leases, the log, and the bones that later parts stand on (identities, outbox, suspensions).
// Plain SQL for SQLite, with nothing in it that PostgreSQL could not say in other words. Times are epoch milliseconds; hashes are base64; JSON is text.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

// SQLite's word for rows that lie in the tree of their primary key: one tree to write a row into instead of two.
const BY_KEY = 'WITHOUT ROWID';

const STATEMENTS = [
  `CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL)`,

  // People, programs and jobs, and the immutable ids by which sign-in providers and issuers know them.
  `CREATE TABLE principals (id text PRIMARY KEY, kind text NOT NULL, created_at bigint NOT NULL) ${BY_KEY}`,
  `CREATE TABLE identities (
     provider text NOT NULL, provider_id text NOT NULL, principal_id text NOT NULL REFERENCES principals (id),
     PRIMARY KEY (provider, provider_id)) ${BY_KEY}`,

  // A subject token works once: the primary key decides the race.
  `CREATE TABLE subject_tokens (
     issuer text NOT NULL, token_id text NOT NULL, expires_at bigint NOT NULL, replays bigint NOT NULL,
     PRIMARY KEY (issuer, token_id)) ${BY_KEY}`,
  `CREATE INDEX subject_tokens_expiry ON subject_tokens (expires_at)`,

  // Every loaded document is kept by digest; one row says which set is in force.
  `CREATE TABLE policy_documents (
     digest text NOT NULL, file text NOT NULL, project text, text text NOT NULL, loaded_at bigint NOT NULL,
     PRIMARY KEY (digest, file))`,
  `CREATE TABLE policy_sets (digest text PRIMARY KEY, members text NOT NULL, loaded_at bigint NOT NULL)`,
  `CREATE TABLE policy_in_force (
     id bigint PRIMARY KEY CHECK (id = 1), sequence bigint NOT NULL,
     digest text NOT NULL REFERENCES policy_sets (digest), since bigint NOT NULL)`,
  `CREATE TABLE suspensions (
     id text PRIMARY KEY, scope text NOT NULL, target text NOT NULL, reason text NOT NULL, since bigint NOT NULL)`,

  `CREATE TABLE requests (
     id text PRIMARY KEY, origin text NOT NULL, requester text REFERENCES principals (id),
     issuer text NOT NULL, repository_id text NOT NULL, job_key text NOT NULL,
     project text NOT NULL, entitlement text NOT NULL, parameters text NOT NULL, state text NOT NULL,
     policy_digest text NOT NULL, decision text NOT NULL, subject text NOT NULL, repeats bigint NOT NULL,
     created_at bigint NOT NULL, updated_at bigint NOT NULL)`,
  `CREATE INDEX requests_of_job ON requests (job_key, project, entitlement)`,
  `CREATE INDEX requests_by_time ON requests (created_at)`,
  // By which secrets a request is known, each with the parameters that it was first presented with.
  `CREATE TABLE request_secrets (
     secret_hash text PRIMARY KEY, request_id text NOT NULL REFERENCES requests (id), parameters text NOT NULL) ${BY_KEY}`,
  // What is on record once however often it happens: the log grows with what happens, not with who asks.
  `CREATE TABLE said_once (key text PRIMARY KEY) ${BY_KEY}`,
  `CREATE TABLE grants (
     id text PRIMARY KEY, request_id text NOT NULL REFERENCES requests (id),
     issuance_id text NOT NULL, lease_id text NOT NULL, rule bigint NOT NULL, ttl bigint,
     policy_digest text NOT NULL, set_digest text NOT NULL,
     made_at bigint NOT NULL, expires_at bigint NOT NULL, redeemed_at bigint) ${BY_KEY}`,
  `CREATE INDEX grants_of_request ON grants (request_id)`,

  `CREATE TABLE issuances (
     id text PRIMARY KEY, request_id text NOT NULL REFERENCES requests (id),
     grant_id text NOT NULL UNIQUE REFERENCES grants (id), lease_id text NOT NULL, kind text NOT NULL,
     state text NOT NULL, started_at bigint NOT NULL, ended_at bigint) ${BY_KEY}`,
  `CREATE INDEX issuances_open ON issuances (started_at) WHERE state = 'started'`,
  `CREATE TABLE leases (
     id text PRIMARY KEY, issuance_id text NOT NULL UNIQUE REFERENCES issuances (id),
     request_id text NOT NULL REFERENCES requests (id), job_key text NOT NULL, kind text NOT NULL,
     state text NOT NULL, revocation text NOT NULL, issued_at bigint NOT NULL, ends_at bigint,
     upstream_expires_at bigint, sealed_handle text) ${BY_KEY}`,
  `CREATE INDEX leases_ending ON leases (ends_at) WHERE state = 'live'`,
  `CREATE INDEX leases_of_request ON leases (request_id)`,
  `CREATE TABLE sealed_answers (request_id text PRIMARY KEY, sealed text NOT NULL, delete_at bigint NOT NULL)`,
  `CREATE INDEX sealed_answers_due ON sealed_answers (delete_at)`,
  `CREATE TABLE outbox (
     id text PRIMARY KEY, kind text NOT NULL, payload text NOT NULL, due_at bigint NOT NULL,
     attempts bigint NOT NULL, claimed_until bigint)`,
  `CREATE INDEX outbox_due ON outbox (due_at)`,

  // The issuance log: one row holds size and right edge; entries, complete tiles and checkpoints hang off it.
  `CREATE TABLE tree_head (id bigint PRIMARY KEY CHECK (id = 1), size bigint NOT NULL, edge text NOT NULL)`,
  `INSERT INTO tree_head (id, size, edge) VALUES (1, 0, '')`,
  `CREATE TABLE log_entries (
     entry_index bigint PRIMARY KEY NOT NULL CHECK (entry_index >= 0), id text NOT NULL UNIQUE, time bigint NOT NULL, type text NOT NULL,
     project text, request_id text, leaf text NOT NULL, leaf_hash text NOT NULL)`,
  `CREATE INDEX log_entries_of_request ON log_entries (request_id)`,
  `CREATE TABLE entry_personal (
     entry_index bigint NOT NULL, field text NOT NULL, salt text NOT NULL, value text NOT NULL,
     PRIMARY KEY (entry_index, field)) ${BY_KEY}`,
  `CREATE TABLE log_tiles (
     level bigint NOT NULL, tile bigint NOT NULL, hashes text NOT NULL, root text NOT NULL, PRIMARY KEY (level, tile))`,
  `CREATE TABLE checkpoints (size bigint PRIMARY KEY NOT NULL CHECK (size > 0), time bigint NOT NULL, note text NOT NULL)`,
  `CREATE TABLE signing_keys (
     id text PRIMARY KEY, purpose text NOT NULL, algorithm text NOT NULL, public_key text NOT NULL,
     sealed_private_key text NOT NULL, created_at bigint NOT NULL)`,
];

export const firstSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
