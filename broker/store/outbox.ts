// The outbox: effects outside the store (revocations, notices), written in the transaction that causes them and done afterwards,
// again and again until they succeed. Nothing in it can delay or fail an issuance.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Millis } from '../clock.ts';
import type { OutboxRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { OutboxRow } from './schema.ts';

export type OutboxKind = 'revoke' | 'notify';

export interface Outbox {
  put(item: { id: string; kind: OutboxKind; payload: string; dueAt: Millis }): Promise<void>;
  isDue(kind: OutboxKind, now: Millis): Promise<boolean>;
  /** Claims what is due of one kind, so that no second worker takes it before `claimedUntil`. */
  claim(due: { kind: OutboxKind; now: Millis; claimedUntil: Millis; limit: number }): Promise<readonly OutboxRow[]>;
  /** The same for revocations, of what was issued as one kind of credential. */
  claimRevocations(due: {
    of: string;
    now: Millis;
    claimedUntil: Millis;
    limit: number;
  }): Promise<readonly OutboxRow[]>;
  /** the kinds of credentials of which a revocation is due */
  kindsToRevoke(now: Millis): Promise<readonly string[]>;
  done(id: string): Promise<void>;
  retry(id: string, dueAt: Millis): Promise<void>;
  /** what still waits to be revoked of a lease */
  revocationOf(leaseId: string): Promise<OutboxRow | undefined>;
  /** revocations that failed at least once, and wait for their next try */
  failingRevocations(): Promise<number>;
  /** how many there are, and since when the oldest is due */
  waiting(kind: OutboxKind): Promise<{ readonly items: number; readonly oldestDueAt: Millis | undefined }>;
}

export const outboxTable = (statements: Statements): Outbox => {
  const { all, first } = statements;
  const insert = first((db, row: OutboxRow) => db.insertInto('outbox').values(row));
  const claim = all((db, due: { kind: OutboxKind; now: Millis; claimedUntil: Millis; limit: number }) =>
    db
      .updateTable('outbox')
      .set((row) => ({ claimed_until: due.claimedUntil, attempts: row('attempts', '+', 1) }))
      .where('id', 'in', (select) =>
        select
          .selectFrom('outbox')
          .select('id')
          .where('kind', '=', due.kind)
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
    ...whatWaits(statements),
    ...revocationsByKind(statements),
  };
};

type ByKind = Pick<Outbox, 'claimRevocations' | 'kindsToRevoke'>;

/**
 * By the lease that each names: other systems answer, or don't, each for itself. A cross join, since SQLite keeps its order: what is
 * due is little beside the leases of all time.
 */
const revocationsByKind = ({ all }: Statements): ByKind => {
  const claim = all((db, due: { of: string; now: Millis; claimedUntil: Millis; limit: number }) =>
    db
      .updateTable('outbox')
      .set((row) => ({ claimed_until: due.claimedUntil, attempts: row('attempts', '+', 1) }))
      .where('id', 'in', (select) =>
        select
          .selectFrom('outbox')
          .crossJoin('leases')
          .whereRef('leases.id', '=', 'outbox.payload')
          .select('outbox.id')
          .where(REVOCATION_OF_LEASE)
          .where('leases.kind', '=', due.of)
          .where(isToRevoke(due.now))
          .orderBy('due_at')
          .limit(due.limit),
      )
      .returningAll(),
  );
  const kinds = all((db, { now }: { now: Millis }) =>
    db
      .selectFrom('outbox')
      .crossJoin('leases')
      .whereRef('leases.id', '=', 'outbox.payload')
      .select('leases.kind')
      .distinct()
      .where(REVOCATION_OF_LEASE)
      .where(isToRevoke(now)),
  );
  return {
    claimRevocations: claim,
    kindsToRevoke: async (now) => (await kinds({ now })).map(({ kind }) => kind),
  };
};

/** Written out, so that its partial index is found. */
const REVOCATION = sql<SqlBool>`kind = 'revoke'`;
const REVOCATION_OF_LEASE = sql<SqlBool>`outbox.kind = 'revoke'`;

/** Ten minutes: no revocation is put off as far. The clock was set back since, and the credential lives meanwhile. */
const TOO_FAR = sql.lit(600_000);

const isToRevoke = (now: Millis): RawBuilder<SqlBool> =>
  sql<SqlBool>`(due_at <= ${now} OR due_at > ${now} + ${TOO_FAR})
    AND (claimed_until IS NULL OR claimed_until <= ${now} OR claimed_until > ${now} + ${TOO_FAR})`;

type Waits = Pick<Outbox, 'isDue' | 'waiting' | 'revocationOf' | 'failingRevocations'>;

const whatWaits = ({ first }: Statements): Waits => {
  const due = first((db, { kind, now }: { kind: OutboxKind; now: Millis }) =>
    db
      .selectFrom('outbox')
      .select('id')
      .where('kind', '=', kind)
      .where('due_at', '<=', now)
      .where((row) => row.or([row('claimed_until', 'is', null), row('claimed_until', '<=', now)]))
      .limit(1),
  );
  const waiting = first((db, { kind }: { kind: OutboxKind }) =>
    db
      .selectFrom('outbox')
      .select((row) => [row.fn.countAll<number>().as('items'), row.fn.min('due_at').as('oldest')])
      .where('kind', '=', kind),
  );
  const revocationOf = first((db, { leaseId }: { leaseId: string }) =>
    db.selectFrom('outbox').selectAll().where(REVOCATION).where('payload', '=', leaseId),
  );
  const failing = first((db) =>
    db
      .selectFrom('outbox')
      .select((row) => row.fn.countAll<number>().as('items'))
      .where('kind', '=', 'revoke')
      // One that is claimed for the first time has not failed yet.
      .where((row) =>
        row.or([row('attempts', '>', 1), row.and([row('attempts', '=', 1), row('claimed_until', 'is', null)])]),
      ),
  );
  return {
    revocationOf: (leaseId) => revocationOf({ leaseId }),
    async isDue(kind, now) {
      return (await due({ kind, now })) !== undefined;
    },
    async waiting(kind) {
      const found = await waiting({ kind });
      return { items: found?.items ?? 0, oldestDueAt: found?.oldest ?? undefined };
    },
    failingRevocations: async () => (await failing({}))?.items ?? 0,
  };
};
