// Grants: the right to issue once, redeemable for about a minute.
import type { Millis } from '../clock.ts';
import type { GrantRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { GrantRow } from './schema.ts';

export interface Grants {
  insert(row: GrantRow): Promise<void>;
  /** A new grant of a request; every earlier one of it lapses, so that one ask is never two rights to issue. */
  replace(row: GrantRow): Promise<void>;
  /** The newest grant of a request. */
  latestOf(requestId: string): Promise<GrantRow | undefined>;
  /** Spends the grant: true for exactly one caller, before it lapses or is ended, and under the policy it was made under. */
  redeem(grant: { id: string; setDigest: string; now: Millis }): Promise<boolean>;
}

export const grantTable = ({ first }: Statements): Grants => {
  const lapse = first((db, { requestId, at }: { requestId: string; at: Millis }) =>
    db.updateTable('grants').set({ expires_at: at }).where('request_id', '=', requestId).where('expires_at', '>', at),
  );
  const insert = first((db, row: GrantRow) => db.insertInto('grants').values(row));
  const latest = first((db, { requestId }: { requestId: string }) =>
    db
      .selectFrom('grants')
      .selectAll()
      .where('request_id', '=', requestId)
      .orderBy('made_at', 'desc')
      .orderBy('id')
      .limit(1),
  );
  const redeem = first((db, { id, setDigest, now }: { id: string; setDigest: string; now: Millis }) =>
    db
      .updateTable('grants')
      .set({ redeemed_at: now })
      .where('id', '=', id)
      .where('redeemed_at', 'is', null)
      .where('ended_by', 'is', null)
      .where('expires_at', '>', now)
      .where('set_digest', '=', setDigest)
      .returning('id'),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    async replace(row) {
      await lapse({ requestId: row.request_id, at: row.made_at });
      await insert(row);
    },
    latestOf: (requestId) => latest({ requestId }),
    async redeem(grant) {
      return (await redeem(grant)) !== undefined;
    },
  };
};
