// Pages of leases, newest first, each row with whether it is of what the list is narrowed to. So many rows are looked at and no more:
// how rare the thing is that somebody looks for must not decide how long the store is busy with it.
import { type SqlBool, sql } from 'kysely';
import { isNamedByAll, type Names, type Narrowing, namesOf } from './narrowing.ts';
import type { Database, LeaseRow } from './schema.ts';
import type { Statements } from './statements.ts';

/** Written out, so that its partial index is found: a value that is bound later could be any. */
export const LIVE = sql<SqlBool>`leases.state = 'live'`;

/** `failing`: those whose revocation failed and is tried again, whatever they are */
export type LeaseKind = 'all' | 'live' | 'failing';

export interface LeasePage {
  readonly only: Narrowing;
  /** those with a smaller id, which sort by their time */
  readonly before: string | undefined;
  /** how many are looked at */
  readonly limit: number;
}

export type SeenLease = LeaseRow & { readonly named: SqlBool };

type Range = { from: string; before: string; limit: number };

export function leasePages({ all }: Statements): (kind: LeaseKind, page: LeasePage) => Promise<readonly SeenLease[]> {
  const pageOf = (kind: LeaseKind) =>
    all((db, given: Range & Names) =>
      db
        .selectFrom(LOOKED_AT[kind](db, given).as('leases'))
        .crossJoin('requests')
        .whereRef('requests.id', '=', 'leases.request_id')
        .selectAll('leases')
        .select(isNamedByAll(given).as('named'))
        .orderBy('leases.id', 'desc'),
    );
  const pages = { all: pageOf('all'), live: pageOf('live'), failing: pageOf('failing') };
  return (kind, { only, before, limit }) => pages[kind]({ ...rangeOf(only, before), limit, ...namesOf(only) });
}

const AFTER_EVERY_ID = '~';

/** One lease is found at once, however many are newer. */
function rangeOf({ lease = '' }: Narrowing, before = AFTER_EVERY_ID): Omit<Range, 'limit'> {
  const end = `${lease}${AFTER_EVERY_ID}`;
  return { from: lease, before: before < end ? before : end };
}

const newest = (db: Database, { from, before, limit }: Range) =>
  db
    .selectFrom('leases')
    .selectAll('leases')
    .where('leases.id', '>=', from)
    .where('leases.id', '<', before)
    .orderBy('leases.id', 'desc')
    .limit(limit);

const LOOKED_AT: Readonly<Record<LeaseKind, (db: Database, range: Range) => ReturnType<typeof newest>>> = {
  all: newest,
  live: (db, range) => newest(db, range).where(LIVE),
  failing: (db, range) =>
    newest(db, range).where('leases.id', 'in', (from) =>
      from
        .selectFrom('outbox')
        .select('outbox.payload')
        .where('outbox.kind', '=', 'revoke')
        // One that is claimed for the first time has not failed yet.
        .where((row) =>
          row.or([
            row('outbox.attempts', '>', 1),
            row.and([row('outbox.attempts', '=', 1), row('outbox.claimed_until', 'is', null)]),
          ]),
        ),
    ),
};
