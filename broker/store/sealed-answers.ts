// Sealed copies of answers, for the retry of a job whose connection broke. Two minutes at most; their key is not ours to keep.
import type { Millis } from '../clock.ts';
import type { Database } from './store.ts';

export interface SealedAnswers {
  put(answer: { requestId: string; sealed: string; deleteAt: Millis }): Promise<void>;
  find(requestId: string, now: Millis): Promise<string | undefined>;
  delete(requestId: string): Promise<void>;
  deleteDue(now: Millis): Promise<void>;
}

export const sealedAnswerTable = (db: Database): SealedAnswers => ({
  async put({ requestId, sealed, deleteAt }) {
    await db.insertInto('sealed_answers').values({ request_id: requestId, sealed, delete_at: deleteAt }).execute();
  },
  async find(requestId, now) {
    const row = await db
      .selectFrom('sealed_answers')
      .select('sealed')
      .where('request_id', '=', requestId)
      .where('delete_at', '>', now)
      .executeTakeFirst();
    return row?.sealed;
  },
  async delete(requestId) {
    await db.deleteFrom('sealed_answers').where('request_id', '=', requestId).execute();
  },
  async deleteDue(now) {
    await db.deleteFrom('sealed_answers').where('delete_at', '<=', now).execute();
  },
});
