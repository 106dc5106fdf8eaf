// Sealed copies of answers, for the retry of a job whose connection broke. Two minutes at most; their key is not ours to keep.
import type { Millis } from '../clock.ts';
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface SealedAnswers {
  put(answer: { requestId: string; sealed: string; deleteAt: Millis }): Promise<void>;
  find(requestId: string, now: Millis): Promise<string | undefined>;
  delete(requestId: string): Promise<void>;
  deleteDue(now: Millis): Promise<void>;
}

export const sealedAnswerTable = ({ first }: Statements): SealedAnswers => {
  const insert = first((db, row: Schema['sealed_answers']) => db.insertInto('sealed_answers').values(row));
  const find = first((db, { requestId, now }: { requestId: string; now: Millis }) =>
    db.selectFrom('sealed_answers').select('sealed').where('request_id', '=', requestId).where('delete_at', '>', now),
  );
  const remove = first((db, { requestId }: { requestId: string }) =>
    db.deleteFrom('sealed_answers').where('request_id', '=', requestId),
  );
  const removeDue = first((db, { now }: { now: Millis }) =>
    db.deleteFrom('sealed_answers').where('delete_at', '<=', now),
  );
  return {
    async put({ requestId, sealed, deleteAt }) {
      await insert({ request_id: requestId, sealed, delete_at: deleteAt });
    },
    async find(requestId, now) {
      return (await find({ requestId, now }))?.sealed;
    },
    async delete(requestId) {
      await remove({ requestId });
    },
    async deleteDue(now) {
      await removeDue({ now });
    },
  };
};
