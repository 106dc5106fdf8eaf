// Access requests: one row an ask, known by the hash of its `request_secret` and bound to the job that made it.
import type { Millis } from '../clock.ts';
import type { RequestRow, RequestState } from './schema.ts';
import type { Database } from './store.ts';

export type { RequestRow, RequestState } from './schema.ts';

export interface Requests {
  insert(row: RequestRow): Promise<void>;
  find(id: string): Promise<RequestRow | undefined>;
  bySecretHash(secretHash: string): Promise<RequestRow | undefined>;
  /** Credentials of the entitlement that this job has or is getting, apart from the request `except`. */
  countOfJob(job: {
    jobKey: string;
    project: string;
    entitlement: string;
    except: string | undefined;
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
  setState(id: string, state: RequestState, at: Millis): Promise<void>;
  latest(limit: number): Promise<readonly RequestRow[]>;
}

const HAS_OR_GETS: readonly RequestState[] = ['granted', 'issuing', 'issued', 'unknown'];

export const requestTable = (db: Database): Requests => ({
  async insert(row) {
    await db.insertInto('requests').values(row).execute();
  },
  async find(id) {
    return db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst();
  },
  async bySecretHash(secretHash) {
    return db.selectFrom('requests').selectAll().where('secret_hash', '=', secretHash).executeTakeFirst();
  },
  async countOfJob({ jobKey, project, entitlement, except }) {
    const row = await db
      .selectFrom('requests')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('job_key', '=', jobKey)
      .where('project', '=', project)
      .where('entitlement', '=', entitlement)
      .where('state', 'in', HAS_OR_GETS)
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
  async setState(id, state, at) {
    await db.updateTable('requests').set({ state, updated_at: at }).where('id', '=', id).execute();
  },
  async latest(limit) {
    return db.selectFrom('requests').selectAll().orderBy('created_at', 'desc').orderBy('id').limit(limit).execute();
  },
});
