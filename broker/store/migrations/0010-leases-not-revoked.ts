// What a clock that ran ahead took for dead is looked for at each start, in leases of all time: those that it can be are few.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const INDEX = `CREATE INDEX leases_not_revoked ON leases (upstream_expires_at)
  WHERE state != 'live' AND revocation = 'immediate' AND revoked_at IS NULL`;

export const leasesNotRevokedSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(INDEX).execute(db);
  },
};
