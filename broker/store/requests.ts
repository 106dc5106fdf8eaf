// Access requests: one row an ask, bound to the job that made it. The secrets that lead to it are in request-secrets.ts.
import type { ExpressionBuilder } from 'kysely';
import type { Millis } from '../clock.ts';
import type { Database, RequestRow, RequestState, Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export type { RequestRow, RequestState } from './schema.ts';

type RefusalKey = Pick<RequestRow, 'job_key' | 'project' | 'entitlement' | 'policy_digest' | 'decision'>;
type Redecision = Pick<RequestRow, 'state' | 'policy_digest' | 'decision' | 'subject' | 'updated_at'>;

export interface Requests {
  insert(row: RequestRow): Promise<void>;
  find(id: string): Promise<RequestRow | undefined>;
  /**
   * Credentials of the entitlement that this job has or is getting, apart from the request `except`. One that was withheld, or
   * whose outcome is unknown, was handed to nobody.
   */
  countOfJob(job: Counted): Promise<number>;
  /** Of those only what can still be used: what nobody can take back counts until it dies, also where it was given back. */
  countLiveOfJob(job: Counted): Promise<number>;
  /** The refusal that this one would repeat: the same job, entitlement, policy and decision. */
  sameRefusal(refusal: RefusalKey): Promise<RequestRow | undefined>;
  countRepeat(id: string, at: Millis): Promise<void>;
  /** Records a decision made again for the same request. */
  redecide(id: string, change: Redecision): Promise<void>;
  /** From one state to another: true for exactly one caller, and only while the request is in the first. */
  move(id: string, change: { from: RequestState; to: RequestState; at: Millis }): Promise<boolean>;
  setState(id: string, state: RequestState, at: Millis): Promise<void>;
  /** What a job waits for people to decide, of one entitlement. */
  pendingOfJob(job: { jobKey: string; project: string; entitlement: string }): Promise<readonly RequestRow[]>;
  latest(limit: number): Promise<readonly RequestRow[]>;
  /** Everything that a job asked for, oldest first. */
  ofJob(jobKey: string): Promise<readonly RequestRow[]>;
  /** Newest first; those with a smaller id than `before`, which sort by their time. */
  before(before: string | undefined, limit: number): Promise<readonly RequestRow[]>;
  /** The same, of one person, under whichever of their principals they asked. */
  ofRequester(of: { principal: string; before: string | undefined; limit: number }): Promise<readonly RequestRow[]>;
}

interface Counted {
  readonly jobKey: string;
  readonly project: string;
  readonly entitlement: string;
  readonly except: string | undefined;
  readonly now: Millis;
}

const GETS: readonly RequestState[] = ['pending', 'approved', 'issuing'];
const HAS_OR_GETS: readonly RequestState[] = [...GETS, 'issued'];

export const requestTable = (statements: Statements): Requests => ({
  ...requestLookups(statements),
  ...requestsOfJob(statements),
  ...requestLists(statements),
  ...requestChanges(statements),
});

type Lookups = Pick<Requests, 'find' | 'sameRefusal' | 'latest'>;
type OfJob = Pick<Requests, 'countOfJob' | 'countLiveOfJob' | 'pendingOfJob' | 'ofJob'>;
type Lists = Pick<Requests, 'before' | 'ofRequester'>;

const requestChanges = ({ first }: Statements): Omit<Requests, keyof Lookups | keyof OfJob | keyof Lists> => {
  const insert = first((db, row: RequestRow) => db.insertInto('requests').values(row));
  const countRepeat = first((db, { id, at }: { id: string; at: Millis }) =>
    db
      .updateTable('requests')
      .set((row) => ({ repeats: row('repeats', '+', 1), updated_at: at }))
      .where('id', '=', id),
  );
  const redecide = first((db, { id, ...change }: { id: string } & Redecision) =>
    db.updateTable('requests').set(change).where('id', '=', id),
  );
  const move = first((db, { id, from, to, at }: { id: string; from: RequestState; to: RequestState; at: Millis }) =>
    db
      .updateTable('requests')
      .set({ state: to, updated_at: at })
      .where('id', '=', id)
      .where('state', '=', from)
      .returning('id'),
  );
  const setState = first((db, { id, state, at }: { id: string; state: RequestState; at: Millis }) =>
    db.updateTable('requests').set({ state, updated_at: at }).where('id', '=', id),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    async countRepeat(id, at) {
      await countRepeat({ id, at });
    },
    async redecide(id, { state, policy_digest, decision, subject, updated_at }) {
      await redecide({ id, state, policy_digest, decision, subject, updated_at });
    },
    async move(id, change) {
      return (await move({ id, ...change })) !== undefined;
    },
    async setState(id, state, at) {
      await setState({ id, state, at });
    },
  };
};

const requestLookups = ({ all, first }: Statements): Lookups => {
  const find = first((db, { id }: { id: string }) => db.selectFrom('requests').selectAll().where('id', '=', id));
  const sameRefusal = first((db, refusal: RefusalKey) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('job_key', '=', refusal.job_key)
      .where('project', '=', refusal.project)
      .where('entitlement', '=', refusal.entitlement)
      .where('policy_digest', '=', refusal.policy_digest)
      .where('decision', '=', refusal.decision)
      .where('state', '=', 'denied'),
  );
  const latest = all((db, { limit }: { limit: number }) =>
    db.selectFrom('requests').selectAll().orderBy('id', 'desc').limit(limit),
  );
  return {
    find: (id) => find({ id }),
    sameRefusal: (refusal) => sameRefusal(refusal),
    async latest(limit) {
      // Ids begin with their time in steps of some milliseconds.
      return (await latest({ limit })).toSorted((one, other) => other.created_at - one.created_at);
    },
  };
};

type Counting = Counted & { readonly except: string };
type Row = ExpressionBuilder<Schema, 'requests'>;

/** A grant that lapsed unspent holds no place: the job got nothing for it. */
const isToBeIssued = (row: Row, { now }: Counting) => [
  row.and([
    row('state', '=', 'granted'),
    row.exists(
      row
        .selectFrom('grants')
        .select('grants.id')
        .whereRef('grants.request_id', '=', 'requests.id')
        .where('redeemed_at', 'is', null)
        .where('expires_at', '>', now),
    ),
  ]),
];

const liveLease = (row: Row, { now }: Counting) =>
  row
    .selectFrom('leases')
    .select('leases.id')
    .whereRef('leases.request_id', '=', 'requests.id')
    .where((lease) =>
      lease.or([
        lease.and([
          lease('leases.state', '=', 'live'),
          lease.or([lease('ends_at', 'is', null), lease('ends_at', '>', now)]),
        ]),
        lease.and([
          lease('leases.state', '!=', 'withheld'),
          lease('revocation', '!=', 'immediate'),
          lease('upstream_expires_at', '>', now),
        ]),
      ]),
    );

const requestsOfJob = ({ all, first }: Statements): OfJob => {
  const counted = (db: Database, job: Counting) =>
    db
      .selectFrom('requests')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('job_key', '=', job.jobKey)
      .where('project', '=', job.project)
      .where('entitlement', '=', job.entitlement)
      .where('id', '!=', job.except);
  const countOfJob = first((db, job: Counting) =>
    counted(db, job).where((row) => row.or([row('state', 'in', HAS_OR_GETS), ...isToBeIssued(row, job)])),
  );
  const countLiveOfJob = first((db, job: Counting) =>
    counted(db, job).where((row) =>
      row.or([row('state', 'in', GETS), ...isToBeIssued(row, job), row.exists(liveLease(row, job))]),
    ),
  );
  const pendingOfJob = all((db, job: { jobKey: string; project: string; entitlement: string }) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('job_key', '=', job.jobKey)
      .where('project', '=', job.project)
      .where('entitlement', '=', job.entitlement)
      .where('state', '=', 'pending'),
  );
  const ofJob = all((db, { jobKey }: { jobKey: string }) =>
    db.selectFrom('requests').selectAll().where('job_key', '=', jobKey).orderBy('id'),
  );
  return {
    async countOfJob({ except, ...job }) {
      return Number((await countOfJob({ ...job, except: except ?? '' }))?.count);
    },
    async countLiveOfJob({ except, ...job }) {
      return Number((await countLiveOfJob({ ...job, except: except ?? '' }))?.count);
    },
    pendingOfJob: (job) => pendingOfJob(job),
    ofJob: (jobKey) => ofJob({ jobKey }),
  };
};

/** After every id. */
const NEWEST = '\u{10ffff}';

const requestLists = ({ all }: Statements): Lists => {
  const before = all((db, { id, limit }: { id: string; limit: number }) =>
    db.selectFrom('requests').selectAll().where('id', '<', id).orderBy('id', 'desc').limit(limit),
  );
  const ofRequester = all((db, of: { principal: string; id: string; limit: number }) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('requester', 'in', (select) =>
        select
          .selectFrom('principals')
          .select('principals.id')
          .where((one) => one.or([one('principals.id', '=', of.principal), one('merged_into', '=', of.principal)])),
      )
      .where('requests.id', '<', of.id)
      .orderBy('requests.id', 'desc')
      .limit(of.limit),
  );
  return {
    before: (id = NEWEST, limit) => before({ id, limit }),
    ofRequester: ({ principal, before: id = NEWEST, limit }) => ofRequester({ principal, id, limit }),
  };
};
