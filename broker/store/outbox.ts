// The outbox: effects outside the store (now: revocations), written in the transaction that causes them and done afterwards,
// again and again until they succeed. Nothing in it can delay or fail an issuance.
import type { Millis } from '../clock.ts';
import type { OutboxRow } from './schema.ts';
import type { Statements } from './statements.ts';

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

export const outboxTable = ({ all, first }: Statements): Outbox => {
  const insert = first((db, row: OutboxRow) => db.insertInto('outbox').values(row));
  const claim = all((db, due: { now: Millis; claimedUntil: Millis; limit: number }) =>
    db
      .updateTable('outbox')
      .set((row) => ({ claimed_until: due.claimedUntil, attempts: row('attempts', '+', 1) }))
      .where('id', 'in', (select) =>
        select
          .selectFrom('outbox')
          .select('id')
          .where('due_at', '<=', due.now)
          .where((row) => row.or([row('claimed_until', 'is', null), row('claimed_until', '<=', due.now)]))
          .orderBy('due_at')
          .limit(due.limit),
      )
      .returningAll(),
  );
  const remove = first((db, { id }: { id: string }) => db.deleteFrom('outbox').where('id', '=', id));
  const postpone = first((db, { id, dueAt }: { id: string; dueAt: Millis }) =>
    db.updateTable('outbox').set({ due_at: dueAt, claimed_until: null }).where('id', '=', id),
  );
  const waiting = first((db, _: object) =>
    db.selectFrom('outbox').select((row) => [row.fn.countAll<number>().as('items'), row.fn.min('due_at').as('oldest')]),
  );
  return {
    async put({ id, kind, payload, dueAt }) {
      await insert({ id, kind, payload, due_at: dueAt, attempts: 0, claimed_until: null });
    },
    claim,
    async done(id) {
      await remove({ id });
    },
    async retry(id, dueAt) {
      await postpone({ id, dueAt });
    },
    async waiting() {
      const found = await waiting({});
      return { items: found?.items ?? 0, oldestDueAt: found?.oldest ?? undefined };
    },
  };
};
