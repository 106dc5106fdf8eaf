// Access requests: one row an ask, bound to the job that made it. The secrets that lead to it are in request-secrets.ts.
import type { Millis } from '../clock.ts';
import type { RequestRow, RequestState } from './schema.ts';
import type { Database } from './store.ts';

export type { RequestRow, RequestState } from './schema.ts';

export interface Requests {
  insert(row: RequestRow): Promise<void>;
  find(id: string): Promise<RequestRow | undefined>;
  /**
   * Credentials of the entitlement that this job has or is getting, apart from the request `except`. One that was withheld, or
   * whose outcome is unknown, was handed to nobody.
   */
  countOfJob(job: {
    jobKey: string;
    project: string;
    entitlement: string;
    except: string | undefined;
    now: Millis;
  }): Promise<number>;
  /** The refusal that this one would repeat: the same job, entitlement, policy and decision. */
  sameRefusal(
    refusal: Pick<RequestRow, 'job_key' | 'project' | 'entitlement' | 'policy_digest' | 'decision'>,
  ): Promise<RequestRow | undefined>;
  countRepeat(id: string, at: Millis): Promise<void>;
  /** Records a decision made again for the same request. */
  redecide(
    id: string,
    change: Pick<RequestRow, 'state' | 'policy_digest' | 'decision' | 'subject' | 'updated_at'>,
  ): Promise<void>;
  /** From a grant to its issuance: true for exactly one caller, and only while the request still has its permit. */
  startIssuing(id: string, at: Millis): Promise<boolean>;
  setState(id: string, state: RequestState, at: Millis): Promise<void>;
  latest(limit: number): Promise<readonly RequestRow[]>;
}

const HAS_OR_GETS: readonly RequestState[] = ['issuing', 'issued'];

export const requestTable = (db: Database): Requests => ({ ...requestLookups(db), ...requestChanges(db) });

type Lookups = Pick<Requests, 'find' | 'countOfJob' | 'sameRefusal' | 'latest'>;

const requestChanges = (db: Database): Omit<Requests, keyof Lookups> => ({
  async insert(row) {
    await db.insertInto('requests').values(row).execute();
  },
  async countRepeat(id, at) {
    await db
      .updateTable('requests')
      .set((row) => ({ repeats: row('repeats', '+', 1), updated_at: at }))
      .where('id', '=', id)
      .execute();
  },
  async redecide(id, change) {
    await db.updateTable('requests').set(change).where('id', '=', id).execute();
  },
  async startIssuing(id, at) {
    const won = await db
      .updateTable('requests')
      .set({ state: 'issuing', updated_at: at })
      .where('id', '=', id)
      .where('state', '=', 'granted')
      .returning('id')
      .executeTakeFirst();
    return won !== undefined;
  },
  async setState(id, state, at) {
    await db.updateTable('requests').set({ state, updated_at: at }).where('id', '=', id).execute();
  },
});

const requestLookups = (db: Database): Lookups => ({
  async find(id) {
    return db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst();
  },
  async countOfJob({ jobKey, project, entitlement, except, now }) {
    // A grant that lapsed unspent holds no place: the job got nothing for it.
    const withOpenGrant = db
      .selectFrom('grants')
      .select('request_id')
      .where('redeemed_at', 'is', null)
      .where('expires_at', '>', now);
    const row = await db
      .selectFrom('requests')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('job_key', '=', jobKey)
      .where('project', '=', project)
      .where('entitlement', '=', entitlement)
      .where((row) =>
        row.or([
          row('state', 'in', HAS_OR_GETS),
          row.and([row('state', '=', 'granted'), row('id', 'in', withOpenGrant)]),
        ]),
      )
      .where('id', '!=', except ?? '')
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },
  async sameRefusal(refusal) {
    return db
      .selectFrom('requests')
      .selectAll()
      .where('job_key', '=', refusal.job_key)
      .where('project', '=', refusal.project)
      .where('entitlement', '=', refusal.entitlement)
      .where('policy_digest', '=', refusal.policy_digest)
      .where('decision', '=', refusal.decision)
      .where('state', '=', 'denied')
      .executeTakeFirst();
  },
  async latest(limit) {
    return db.selectFrom('requests').selectAll().orderBy('created_at', 'desc').orderBy('id').limit(limit).execute();
  },
});
