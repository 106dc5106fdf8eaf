// What is being issued: grants whose credential another system, or whoever holds a key for us, is making right now, and grants that
// may still be spent. Whatever ends them marks them; issuing looks at the mark before anything is handed out.
import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Millis } from '../clock.ts';
import { eachScope, IS_NAMED } from './named-by-order.ts';
import type { Database, RevocationScope, Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface UnderWay {
  /** Grants that an order names, whatever the clock was when they were made; those too that were ended before. */
  ofOrder(order: { scope: RevocationScope; target: string; now: Millis }): Promise<readonly GrantUnderWay[]>;
  /** Those of this job of the platform, unless they were ended before. */
  ofJob(job: { issuer: string; checkRunId: string; now: Millis }): Promise<readonly GrantUnderWay[]>;
  /** Marks a grant with what ended it. */
  end(id: string, by: string): Promise<void>;
  /** What ended it; undefined where nothing did. */
  endedBy(id: string): Promise<string | undefined>;
}

export interface GrantUnderWay {
  readonly id: string;
  readonly request_id: string;
  readonly ended_by: string | null;
}

export const underWayTable = ({ all, first }: Statements): UnderWay => {
  const ofScope = eachScope((scope) =>
    all((db, { target, now }: { target: string; now: Millis }) =>
      underWay(db, now).where(IS_NAMED[scope](target, 'grants.lease_id')),
    ),
  );
  const ofJob = all((db, { issuer, checkRunId, now }: { issuer: string; checkRunId: string; now: Millis }) =>
    underWay(db, now)
      .where('grants.ended_by', 'is', null)
      .where('requests.issuer', '=', issuer)
      .where(sql<SqlBool>`json_extract(requests.subject, '$.checkRunId') = ${checkRunId}`),
  );
  const end = first((db, { id, by }: { id: string; by: string }) =>
    db.updateTable('grants').set({ ended_by: by }).where('id', '=', id),
  );
  const endedBy = first((db, { id }: { id: string }) =>
    db.selectFrom('grants').select('ended_by').where('id', '=', id),
  );
  return {
    ofOrder: ({ scope, ...wanted }) => ofScope[scope](wanted),
    ofJob: (job) => ofJob(job),
    async end(id, by) {
      await end({ id, by });
    },
    endedBy: async (id) => (await endedBy({ id }))?.ended_by ?? undefined,
  };
};

/** Found by two partial indexes, which have hardly anything in them. */
function underWay(db: Database, now: Millis): SelectQueryBuilder<Schema, 'grants' | 'requests', GrantUnderWay> {
  const open = sql<SqlBool>`grants.id IN (SELECT grant_id FROM issuances WHERE state = 'started'
    UNION ALL SELECT id FROM grants WHERE redeemed_at IS NULL AND expires_at > ${now})`;
  return db
    .selectFrom('grants')
    .innerJoin('requests', 'requests.id', 'grants.request_id')
    .select(['grants.id', 'grants.request_id', 'grants.ended_by'])
    .where(open);
}
