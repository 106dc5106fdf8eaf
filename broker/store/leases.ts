// Leases: what remains of an issuance. Each ends once: returned, expired or revoked.
import type { Millis } from '../clock.ts';
import { type LeaseKind, type LeasePage, LIVE, leasePages, type SeenLease } from './lease-pages.ts';
import type { LeaseRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { LeaseRow } from './schema.ts';

export interface Leases {
  insert(row: LeaseRow): Promise<void>;
  find(id: string): Promise<LeaseRow | undefined>;
  ofRequest(requestId: string): Promise<LeaseRow | undefined>;
  /** Ends a live lease; true for exactly one caller. */
  end(id: string, state: 'returned' | 'expired' | 'ended'): Promise<boolean>;
  /** Whatever state it has: its credential was handed to nobody. */
  withhold(id: string): Promise<void>;
  /** Notes that the other side confirmed; true for exactly one caller. */
  revoked(id: string, at: Millis): Promise<boolean>;
  overdue(now: Millis, limit: number): Promise<readonly LeaseRow[]>;
  /** Ids of those that ended, and whose credential lives and could be revoked, while nobody is to do that: a clock ran ahead. */
  takenForDead(now: Millis): Promise<readonly string[]>;
  latest(limit: number): Promise<readonly LeaseRow[]>;
  /** live ones of what this signing key of ours signed, those that end first before others */
  liveOfKey(keyId: string, limit: number): Promise<readonly LeaseRow[]>;
  /** Newest first; each that was looked at, with whether it is of what is named. */
  page(kind: LeaseKind, page: LeasePage): Promise<readonly SeenLease[]>;
  /** those that this job of the platform still holds */
  ofJob(job: { issuer: string; checkRunId: string }): Promise<readonly LeaseRow[]>;
  /** live ones, and those of them whose end has passed */
  count(now: Millis): Promise<{ readonly live: number; readonly overdue: number }>;
}

export const leaseTable = (statements: Statements): Leases => ({
  ...leaseLookups(statements),
  ...leasesToEnd(statements),
  ...leaseLists(statements),
  ...leaseChanges(statements),
});

type Changes = Pick<Leases, 'insert' | 'end' | 'withhold' | 'revoked'>;

const leaseChanges = ({ first }: Statements): Changes => {
  const insert = first((db, row: LeaseRow) => db.insertInto('leases').values(row));
  const end = first((db, { id, state }: { id: string; state: LeaseRow['state'] }) =>
    db.updateTable('leases').set({ state }).where('id', '=', id).where('state', '=', 'live').returning('id'),
  );
  const withhold = first((db, { id }: { id: string }) =>
    db.updateTable('leases').set({ state: 'withheld' }).where('id', '=', id),
  );
  const revoked = first((db, { id, at }: { id: string; at: Millis }) =>
    db
      .updateTable('leases')
      .set({ revoked_at: at })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id'),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    async end(id, state) {
      return (await end({ id, state })) !== undefined;
    },
    async withhold(id) {
      await withhold({ id });
    },
    async revoked(id, at) {
      return (await revoked({ id, at })) !== undefined;
    },
  };
};

type Lists = Pick<Leases, 'latest' | 'page'>;

const leaseLists = (statements: Statements): Lists => {
  const latest = statements.all((db, { limit }: { limit: number }) =>
    db.selectFrom('leases').selectAll().orderBy('issued_at', 'desc').limit(limit),
  );
  return { latest: (limit) => latest({ limit }), page: leasePages(statements) };
};

type ToEnd = Pick<Leases, 'overdue' | 'liveOfKey' | 'ofJob' | 'takenForDead'>;

const leasesToEnd = ({ all }: Statements): ToEnd => {
  const overdue = all((db, { now, limit }: { now: Millis; limit: number }) =>
    db
      .selectFrom('leases')
      .selectAll()
      .where('state', '=', 'live')
      .where('ends_at', '<=', now)
      .orderBy('ends_at')
      .limit(limit),
  );
  const ofJob = all((db, { issuer, checkRunId }: { issuer: string; checkRunId: string }) =>
    db
      .selectFrom('leases')
      .innerJoin('requests', 'requests.id', 'leases.request_id')
      .selectAll('leases')
      .where(LIVE)
      .where('leases.check_run_id', '=', checkRunId)
      .where('requests.issuer', '=', issuer),
  );
  const liveOfKey = all((db, { keyId, limit }: { keyId: string; limit: number }) =>
    db
      .selectFrom('leases')
      .selectAll()
      .where('state', '=', 'live')
      .where('key_id', '=', keyId)
      .orderBy('ends_at')
      .limit(limit),
  );
  // At each start, among the leases of all time: by an index that has hardly any in it (migration 10).
  const takenForDead = all((db, { now }: { now: Millis }) =>
    db
      .selectFrom('leases')
      .select('id')
      .where('state', '!=', 'live')
      .where('revocation', '=', 'immediate')
      .where('revoked_at', 'is', null)
      .where('upstream_expires_at', '>', now)
      .where('id', 'not in', (select) => select.selectFrom('outbox').select('payload').where('kind', '=', 'revoke')),
  );
  return {
    overdue: (now, limit) => overdue({ now, limit }),
    liveOfKey: (keyId, limit) => liveOfKey({ keyId, limit }),
    ofJob: (job) => ofJob(job),
    takenForDead: async (now) => (await takenForDead({ now })).map(({ id }) => id),
  };
};

const leaseLookups = ({ first }: Statements): Pick<Leases, 'find' | 'ofRequest' | 'count'> => {
  const find = first((db, { id }: { id: string }) => db.selectFrom('leases').selectAll().where('id', '=', id));
  const ofRequest = first((db, { requestId }: { requestId: string }) =>
    db.selectFrom('leases').selectAll().where('request_id', '=', requestId).orderBy('issued_at', 'desc').limit(1),
  );
  const count = first((db, { now }: { now: Millis }) =>
    db
      .selectFrom('leases')
      .select((row) => [
        row.fn.countAll<number>().as('live'),
        row.fn.countAll<number>().filterWhere('ends_at', '<=', now).as('overdue'),
      ])
      .where('state', '=', 'live'),
  );
  return {
    find: (id) => find({ id }),
    ofRequest: (requestId) => ofRequest({ requestId }),
    async count(now) {
      const counted = await count({ now });
      return { live: counted?.live ?? 0, overdue: counted?.overdue ?? 0 };
    },
  };
};
