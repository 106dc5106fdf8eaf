// Approvals: what people were asked to agree to, what they said, and which requests stand on it.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // `binding` is the digest of everything that was asked: with one thing different it is another approval.
  `CREATE TABLE approvals (
     id text PRIMARY KEY, request_id text NOT NULL REFERENCES requests (id),
     project text NOT NULL, entitlement text NOT NULL, entitlement_digest text NOT NULL,
     binding text NOT NULL, state text NOT NULL,
     needed bigint NOT NULL, issuances bigint NOT NULL, used bigint NOT NULL,
     created_at bigint NOT NULL, expires_at bigint NOT NULL, decided_at bigint)`,
  `CREATE INDEX approvals_open ON approvals (binding) WHERE state IN ('pending', 'approved')`,
  `CREATE INDEX approvals_due ON approvals (expires_at) WHERE state IN ('pending', 'approved')`,
  `CREATE INDEX approvals_of_entitlement ON approvals (project, entitlement, decided_at)`,
  // One verdict a person: the primary key decides the race.
  `CREATE TABLE verdicts (
     approval_id text NOT NULL REFERENCES approvals (id), principal text NOT NULL REFERENCES principals (id),
     verdict text NOT NULL, at bigint NOT NULL, PRIMARY KEY (approval_id, principal))`,
  // The requests that wait for an approval or stand on it; one of them spends it once.
  `CREATE TABLE approval_requests (
     request_id text PRIMARY KEY REFERENCES requests (id), approval_id text NOT NULL REFERENCES approvals (id),
     used_at bigint)`,
  `CREATE INDEX approval_requests_of ON approval_requests (approval_id)`,
  `CREATE INDEX requests_of_requester ON requests (requester)`,
];

export const approvalsSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
