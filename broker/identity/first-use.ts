// A subject token works once (threat T14). Its use is a durable write of its own, made before anything is answered from it.
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Subject } from '../model.ts';
import type { Store, Transaction } from '../store/store.ts';

/** Runs in the same transaction, once a token: for the first replay only, so that replays cannot grow the log. */
export type OnFirstReplay = (tx: Transaction, subject: Subject) => Promise<void>;

/** @throws BrokerError TOKEN_REPLAYED for every use but the first, TOKEN_EXPIRED for a token that may have been forgotten */
export async function useUp(store: Store, subject: Subject, onFirstReplay: OnFirstReplay): Promise<void> {
  const { issuer, tokenId, tokenExpiresAt: expiresAt } = subject;
  const replays = await store.commit(async (tx) => {
    // A clock that jumped ahead and came back: what was forgotten meanwhile must not work a second time.
    if (expiresAt < (await forgottenBefore(tx))) return 'forgotten';
    const use = await tx.subjectTokens.use({ issuer, tokenId, expiresAt });
    if (use.replays === 1) await onFirstReplay(tx, subject);
    return use.replays;
  });
  if (replays === 'forgotten') {
    throw new BrokerError(
      'TOKEN_EXPIRED',
      'This subject token expired before the time from which this broker remembers tokens. Ask GitHub for a fresh one.',
    );
  }
  if (replays > 0) {
    throw new BrokerError(
      'TOKEN_REPLAYED',
      'This subject token was used before, and each works once. Ask GitHub for a fresh one for every call; if you did not use it twice, somebody else in the job has it.',
    );
  }
}

const FORGOTTEN_BEFORE = 'subject tokens forgotten before';

async function forgottenBefore(tx: Transaction): Promise<Millis> {
  return Number((await tx.meta.get(FORGOTTEN_BEFORE)) ?? 0);
}

/** Tokens are remembered this long after they expired; their tolerance is 30 s. */
const REMEMBER_MS: Millis = 10 * 60_000;

/** Forgets tokens that expired long ago, and remembers how far it forgot. */
export async function forgetTokens(tx: Transaction): Promise<void> {
  const expiredBefore = tx.now - REMEMBER_MS;
  const forgotten = await tx.subjectTokens.forget(expiredBefore);
  if (forgotten > 0 && expiredBefore > (await forgottenBefore(tx)))
    await tx.meta.set(FORGOTTEN_BEFORE, String(expiredBefore));
}
