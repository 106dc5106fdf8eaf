// Access that security ends: pauses with who proposed to resume, orders of revocation, and what ending leases by them needs.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // A pause is a suspension that somebody made: nobody in `paused_by` is the operator at the machine.
  `ALTER TABLE suspensions ADD COLUMN paused_by text REFERENCES principals (id)`,
  `ALTER TABLE suspensions ADD COLUMN resume_by text REFERENCES principals (id)`,
  `ALTER TABLE suspensions ADD COLUMN resume_at bigint`,
  `ALTER TABLE suspensions ADD COLUMN resume_reason text`,

  // One row an order, made before any lease is ended by it: what a crash left undone is found here.
  `CREATE TABLE revocations (
     id text PRIMARY KEY, scope text NOT NULL, target text NOT NULL, ordered_by text REFERENCES principals (id),
     ordered_at bigint NOT NULL, reach bigint NOT NULL, leases bigint NOT NULL, ended bigint NOT NULL, finished_at bigint)`,
  `CREATE INDEX revocations_unfinished ON revocations (ordered_at) WHERE finished_at IS NULL`,

  // The job by the name that GitHub's webhooks give it, and when the other side confirmed the end of the credential.
  `ALTER TABLE leases ADD COLUMN check_run_id text`,
  `ALTER TABLE leases ADD COLUMN revoked_at bigint`,
  `UPDATE leases SET check_run_id =
     (SELECT json_extract(subject, '$.checkRunId') FROM requests WHERE requests.id = leases.request_id)`,
  `UPDATE leases SET revoked_at =
     (SELECT min(time) FROM log_entries WHERE log_entries.request_id = leases.request_id AND type = 'lease.revoked'
        AND json_extract(leaf, '$.lease_id') = leases.id)`,
  `CREATE INDEX leases_live ON leases (id) WHERE state = 'live'`,
  `CREATE INDEX leases_of_check_run ON leases (check_run_id) WHERE state = 'live'`,
  `CREATE INDEX outbox_revocations ON outbox (payload) WHERE kind = 'revoke'`,
];

export const accessSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
