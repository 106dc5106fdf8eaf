// Grants: the right to issue once, redeemable for about a minute.
import type { Millis } from '../clock.ts';
import type { GrantRow } from './schema.ts';
import type { Database } from './store.ts';

export type { GrantRow } from './schema.ts';

export interface Grants {
  /** A new grant of a request; every earlier one of it lapses, so that one ask is never two rights to issue. */
  replace(row: GrantRow): Promise<void>;
  /** The newest grant of a request. */
  latestOf(requestId: string): Promise<GrantRow | undefined>;
  /** Spends the grant: true for exactly one caller, and only before it lapses and under the policy it was made under. */
  redeem(grant: { id: string; setDigest: string; now: Millis }): Promise<boolean>;
}

export const grantTable = (db: Database): Grants => ({
  async replace(row) {
    await db
      .updateTable('grants')
      .set({ expires_at: row.made_at })
      .where('request_id', '=', row.request_id)
      .where('expires_at', '>', row.made_at)
      .execute();
    await db.insertInto('grants').values(row).execute();
  },
  async latestOf(requestId) {
    return db
      .selectFrom('grants')
      .selectAll()
      .where('request_id', '=', requestId)
      .orderBy('made_at', 'desc')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
  },
  async redeem({ id, setDigest, now }) {
    const won = await db
      .updateTable('grants')
      .set({ redeemed_at: now })
      .where('id', '=', id)
      .where('redeemed_at', 'is', null)
      .where('expires_at', '>', now)
      .where('set_digest', '=', setDigest)
      .returning('id')
      .executeTakeFirst();
    return won !== undefined;
  },
});
