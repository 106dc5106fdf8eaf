// How much there is of what an operator watches; for metrics, nothing decides by it.
import type { Millis } from '../clock.ts';
import type { Database } from './store.ts';

export interface Counts {
  /** live ones, and those of them whose end has passed */
  leases(now: Millis): Promise<{ readonly live: number; readonly overdue: number }>;
  /** how many wait, and since when the oldest is due */
  outbox(): Promise<{ readonly items: number; readonly oldestDueAt: Millis | undefined }>;
}

export const countsOf = (db: Database): Counts => ({
  async leases(now) {
    const live = db
      .selectFrom('leases')
      .where('state', '=', 'live')
      .select((row) => row.fn.countAll<number>().as('rows'));
    const all = await live.executeTakeFirstOrThrow();
    const overdue = await live.where('ends_at', '<=', now).executeTakeFirstOrThrow();
    return { live: all.rows, overdue: overdue.rows };
  },
  async outbox() {
    const { items, oldest } = await db
      .selectFrom('outbox')
      .select((row) => [row.fn.countAll<number>().as('items'), row.fn.min('due_at').as('oldest')])
      .executeTakeFirstOrThrow();
    return { items, oldestDueAt: oldest ?? undefined };
  },
});
