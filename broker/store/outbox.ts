// The outbox: effects outside the store (now: revocations), written in the transaction that causes them and done afterwards,
// again and again until they succeed. Nothing in it can delay or fail an issuance.
import type { Millis } from '../clock.ts';
import type { OutboxRow } from './schema.ts';
import type { Database } from './store.ts';

export type { OutboxRow } from './schema.ts';

export interface Outbox {
  put(item: { id: string; kind: 'revoke'; payload: string; dueAt: Millis }): Promise<void>;
  /** Claims what is due, so that no second worker takes it before `claimedUntil`. */
  claim(due: { now: Millis; claimedUntil: Millis; limit: number }): Promise<readonly OutboxRow[]>;
  done(id: string): Promise<void>;
  retry(id: string, dueAt: Millis): Promise<void>;
  /** how many there are, and since when the oldest is due */
  waiting(): Promise<{ readonly items: number; readonly oldestDueAt: Millis | undefined }>;
}

export const outboxTable = (db: Database): Outbox => ({
  async put({ id, kind, payload, dueAt }) {
    await db
      .insertInto('outbox')
      .values({ id, kind, payload, due_at: dueAt, attempts: 0, claimed_until: null })
      .execute();
  },
  async claim({ now, claimedUntil, limit }) {
    const free = db
      .selectFrom('outbox')
      .select('id')
      .where('due_at', '<=', now)
      .where((row) => row.or([row('claimed_until', 'is', null), row('claimed_until', '<=', now)]))
      .orderBy('due_at')
      .limit(limit);
    return db
      .updateTable('outbox')
      .set((row) => ({ claimed_until: claimedUntil, attempts: row('attempts', '+', 1) }))
      .where('id', 'in', free)
      .returningAll()
      .execute();
  },
  async done(id) {
    await db.deleteFrom('outbox').where('id', '=', id).execute();
  },
  async retry(id, dueAt) {
    await db.updateTable('outbox').set({ due_at: dueAt, claimed_until: null }).where('id', '=', id).execute();
  },
  async waiting() {
    const found = await db
      .selectFrom('outbox')
      .select((row) => [row.fn.countAll<number>().as('items'), row.fn.min('due_at').as('oldest')])
      .executeTakeFirstOrThrow();
    return { items: found.items, oldestDueAt: found.oldest ?? undefined };
  },
});
