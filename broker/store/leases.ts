// Leases: what remains of an issuance. Each ends once: returned, expired or revoked.
import type { Millis } from '../clock.ts';
import type { LeaseRow } from './schema.ts';
import type { Database } from './store.ts';

export type { LeaseRow } from './schema.ts';

export interface Leases {
  insert(row: LeaseRow): Promise<void>;
  find(id: string): Promise<LeaseRow | undefined>;
  ofRequest(requestId: string): Promise<LeaseRow | undefined>;
  /** Ends a live lease; true for exactly one caller. */
  end(id: string, state: 'returned' | 'expired' | 'revoked'): Promise<boolean>;
  /** Whatever state it has: its credential was handed to nobody. */
  withhold(id: string): Promise<void>;
  overdue(now: Millis, limit: number): Promise<readonly LeaseRow[]>;
  latest(limit: number): Promise<readonly LeaseRow[]>;
  /** live ones, and those of them whose end has passed */
  count(now: Millis): Promise<{ readonly live: number; readonly overdue: number }>;
}

export const leaseTable = (db: Database): Leases => ({
  async insert(row) {
    await db.insertInto('leases').values(row).execute();
  },
  async find(id) {
    return db.selectFrom('leases').selectAll().where('id', '=', id).executeTakeFirst();
  },
  async ofRequest(requestId) {
    return db
      .selectFrom('leases')
      .selectAll()
      .where('request_id', '=', requestId)
      .orderBy('issued_at', 'desc')
      .limit(1)
      .executeTakeFirst();
  },
  async end(id, state) {
    const won = await db
      .updateTable('leases')
      .set({ state })
      .where('id', '=', id)
      .where('state', '=', 'live')
      .returning('id')
      .executeTakeFirst();
    return won !== undefined;
  },
  async withhold(id) {
    await db.updateTable('leases').set({ state: 'withheld' }).where('id', '=', id).execute();
  },
  async overdue(now, limit) {
    return db
      .selectFrom('leases')
      .selectAll()
      .where('state', '=', 'live')
      .where('ends_at', '<=', now)
      .orderBy('ends_at')
      .limit(limit)
      .execute();
  },
  async latest(limit) {
    return db.selectFrom('leases').selectAll().orderBy('issued_at', 'desc').limit(limit).execute();
  },
  async count(now) {
    const live = db
      .selectFrom('leases')
      .where('state', '=', 'live')
      .select((row) => row.fn.countAll<number>().as('rows'));
    const all = await live.executeTakeFirstOrThrow();
    const overdue = await live.where('ends_at', '<=', now).executeTakeFirstOrThrow();
    return { live: all.rows, overdue: overdue.rows };
  },
});
