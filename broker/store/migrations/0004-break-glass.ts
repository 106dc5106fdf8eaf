// Break-glass: incidents of an entitlement, and each time that somebody invoked it in the place of approvals.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const OPEN = `state IN ('pending', 'approved', 'invoked')`;

const STATEMENTS = [
  `CREATE TABLE incidents (
     id text PRIMARY KEY, project text NOT NULL, entitlement text NOT NULL,
     opened_at bigint NOT NULL, ends_at bigint NOT NULL, invocations bigint NOT NULL,
     reviewed_at bigint, reviewer text REFERENCES principals (id))`,
  // One incident at a time, until it was reviewed: the index decides the race.
  `CREATE UNIQUE INDEX incidents_unreviewed ON incidents (project, entitlement) WHERE reviewed_at IS NULL`,
  `CREATE TABLE invocations (
     id text PRIMARY KEY, incident_id text NOT NULL REFERENCES incidents (id),
     approval_id text NOT NULL UNIQUE REFERENCES approvals (id), principal text NOT NULL REFERENCES principals (id),
     number bigint NOT NULL, at bigint NOT NULL)`,
  `CREATE INDEX invocations_of ON invocations (incident_id, number)`,
  // What was invoked is open too, until a job collects.
  `DROP INDEX approvals_open`,
  `CREATE INDEX approvals_open ON approvals (binding) WHERE ${OPEN}`,
  `DROP INDEX approvals_due`,
  `CREATE INDEX approvals_due ON approvals (expires_at) WHERE ${OPEN}`,
];

export const breakGlassSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
