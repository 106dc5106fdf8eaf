// Orders of revocation, and the live leases that each names. An order names what was live when it was given: what is issued later is
// not its matter.
import type { Millis } from '../clock.ts';
import { LIVE } from './lease-pages.ts';
import { eachScope, IS_NAMED } from './named-by-order.ts';
import type { LeaseRow, RevocationRow, RevocationScope } from './schema.ts';
import type { Statements } from './statements.ts';

export type { RevocationRow, RevocationScope } from './schema.ts';

export interface Revocations {
  insert(row: RevocationRow): Promise<void>;
  /** When the newest of the live leases was issued. */
  newestLive(): Promise<Millis | undefined>;
  find(id: string): Promise<RevocationRow | undefined>;
  /** the oldest first */
  unfinished(): Promise<readonly RevocationRow[]>;
  countEnded(id: string, more: number): Promise<void>;
  /** True for exactly one caller. */
  finish(id: string, at: Millis): Promise<boolean>;
  /** Live leases that an order names, in the order of their ids, after this one. */
  leasesOf(order: Named, after: string, limit: number): Promise<readonly LeaseRow[]>;
  /**
   * Whether a lease that is live still is to end by what is on record and not worked off yet: an order that names it, or its key, which
   * was withdrawn. Security was told that it ends.
   */
  isEnding(leaseId: string): Promise<boolean>;
  /** The same, counted by what a revocation can do about them. */
  outlookOf(order: Named): Promise<readonly Outlook[]>;
}

export type Named = Pick<RevocationRow, 'scope' | 'target' | 'reach'>;

export interface Outlook {
  readonly revocation: LeaseRow['revocation'];
  readonly leases: number;
  /** of those that die by themselves, the end of the last */
  readonly lastEnd: Millis | null;
  /** how many never do */
  readonly endless: number;
}

export const revocationTable = (statements: Statements): Revocations => {
  const given = orders(statements);
  const { names, ...named } = namedLeases(statements);
  const ofWithdrawn = statements.first((db, { id }: { id: string }) =>
    db
      .selectFrom('leases')
      .innerJoin('signing_keys', 'signing_keys.id', 'leases.key_id')
      .select('leases.id')
      .where(LIVE)
      .where('leases.id', '=', id)
      .where('signing_keys.state', '=', 'withdrawn'),
  );
  return {
    ...given,
    ...named,
    async isEnding(id) {
      for (const order of await given.unfinished()) if (await names(order, id)) return true;
      return (await ofWithdrawn({ id })) !== undefined;
    },
  };
};

const orders = ({ all, first }: Statements): Omit<Revocations, 'leasesOf' | 'isEnding' | 'outlookOf'> => {
  const insert = first((db, row: RevocationRow) => db.insertInto('revocations').values(row));
  const newest = first((db) =>
    db
      .selectFrom('leases')
      .select((row) => row.fn.max('issued_at').as('issued_at'))
      .where(LIVE),
  );
  const find = first((db, { id }: { id: string }) => db.selectFrom('revocations').selectAll().where('id', '=', id));
  const unfinished = all((db) =>
    db.selectFrom('revocations').selectAll().where('finished_at', 'is', null).orderBy('ordered_at'),
  );
  const countEnded = first((db, { id, more }: { id: string; more: number }) =>
    db
      .updateTable('revocations')
      .set((row) => ({ ended: row('ended', '+', more) }))
      .where('id', '=', id),
  );
  const finish = first((db, { id, at }: { id: string; at: Millis }) =>
    db
      .updateTable('revocations')
      .set({ finished_at: at })
      .where('id', '=', id)
      .where('finished_at', 'is', null)
      .returning('id'),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    newestLive: async () => (await newest({}))?.issued_at ?? undefined,
    find: (id) => find({ id }),
    unfinished: () => unfinished({}),
    async countEnded(id, more) {
      await countEnded({ id, more });
    },
    finish: async (id, at) => (await finish({ id, at })) !== undefined,
  };
};

/** Whether this lease, which is live, is one of those that an order names. */
type Names = (order: Named, leaseId: string) => Promise<boolean>;

type Wanted = { target: string; before: Millis };

/**
 * One statement a scope. Only live leases are looked through, by an index of their own: they are few beside those of all time. A
 * cross join, since SQLite keeps its order: beginning with the requests of a person or project would go through all of them.
 */
const namedLeases = ({ all, first }: Statements): Pick<Revocations, 'leasesOf' | 'outlookOf'> & { names: Names } => {
  const page = (scope: RevocationScope) =>
    all((db, wanted: Wanted & { after: string; limit: number }) =>
      db
        .selectFrom('leases')
        .crossJoin('requests')
        .whereRef('requests.id', '=', 'leases.request_id')
        .selectAll('leases')
        .where(LIVE)
        .where('leases.id', '>', wanted.after)
        .where('leases.issued_at', '<=', wanted.before)
        .where(IS_NAMED[scope](wanted.target, 'leases.id'))
        .orderBy('leases.id')
        .limit(wanted.limit),
    );
  const one = (scope: RevocationScope) =>
    first((db, wanted: Wanted & { id: string }) =>
      db
        .selectFrom('leases')
        .innerJoin('requests', 'requests.id', 'leases.request_id')
        .select('leases.id')
        .where(LIVE)
        .where('leases.id', '=', wanted.id)
        .where('leases.issued_at', '<=', wanted.before)
        .where(IS_NAMED[scope](wanted.target, 'leases.id')),
    );
  const outlook = (scope: RevocationScope) =>
    all((db, wanted: Wanted) =>
      db
        .selectFrom('leases')
        .crossJoin('requests')
        .whereRef('requests.id', '=', 'leases.request_id')
        .select((row) => [
          'leases.revocation',
          row.fn.countAll<number>().as('leases'),
          row.fn.max('leases.upstream_expires_at').as('lastEnd'),
          row.fn.countAll<number>().filterWhere('leases.upstream_expires_at', 'is', null).as('endless'),
        ])
        .where(LIVE)
        .where('leases.issued_at', '<=', wanted.before)
        .where(IS_NAMED[scope](wanted.target, 'leases.id'))
        .groupBy('leases.revocation'),
    );
  const [pages, ones, outlooks] = [eachScope(page), eachScope(one), eachScope(outlook)];
  return {
    leasesOf: ({ scope, target, reach: before }, after, limit) => pages[scope]({ target, before, after, limit }),
    names: async ({ scope, target, reach: before }, id) => (await ones[scope]({ target, before, id })) !== undefined,
    outlookOf: ({ scope, target, reach: before }) => outlooks[scope]({ target, before }),
  };
};
