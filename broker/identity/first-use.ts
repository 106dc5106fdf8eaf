// A subject token works once (threat T14). Its use is a durable write of its own, made before anything is answered from it.
import { BrokerError } from '../errors.ts';
import type { Subject } from '../model.ts';
import type { Store, Transaction } from '../store/store.ts';

/** Runs in the same transaction, once a token: for the first replay only, so that replays cannot grow the log. */
export type OnFirstReplay = (tx: Transaction, subject: Subject) => Promise<void>;

/** @throws BrokerError TOKEN_REPLAYED for every use but the first */
export async function useUp(store: Store, subject: Subject, onFirstReplay: OnFirstReplay): Promise<void> {
  const token = { issuer: subject.issuer, tokenId: subject.tokenId, expiresAt: subject.tokenExpiresAt };
  const replays = await store.commit(async (tx) => {
    const use = await tx.subjectTokens.use(token);
    if (use.replays === 1) await onFirstReplay(tx, subject);
    return use.replays;
  });
  if (replays > 0) {
    throw new BrokerError(
      'TOKEN_REPLAYED',
      'This subject token was used before, and each works once. Ask GitHub for a fresh one for every call; if you did not use it twice, somebody else in the job has it.',
    );
  }
}
