// A subject token works once (threat T14). Its use is durable before anything is answered from it: by the first commit of the ask
// that it came with, or by one of its own.
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Subject } from '../model.ts';
import type { Store, Transaction, Unit } from '../store/store.ts';

export interface FirstUseEvents {
  /** Runs in the same transaction, once a token: for the first replay only, so that replays cannot grow the log. */
  readonly onFirstReplay: (tx: Transaction) => Promise<void>;
  /** after it turned out that the token does not work */
  readonly onRefused?: (() => void) | undefined;
}

/** The use of one token, by the one ask that it came with. */
export interface FirstUse {
  /**
   * Commits a unit, the first one in the transaction that uses the token up. What a unit throws takes that back: see `useUp`.
   * @throws BrokerError TOKEN_REPLAYED for every use but the first, TOKEN_EXPIRED for a token that may have been forgotten; the
   *   unit is not run then
   */
  readonly commit: Store['commit'];
  /**
   * To be called before anything is answered, an error too: uses the token up where no commit has.
   * @throws BrokerError as `commit` does
   */
  useUp(): Promise<void>;
}

export function firstUse(store: Pick<Store, 'commit'>, subject: Subject, events: FirstUseEvents): FirstUse {
  let settled = false;
  async function commit<T>(unit: Unit<T>): Promise<T> {
    let thrown: unknown;
    const useAndRun = async (tx: Transaction): Promise<{ refusal: BrokerError } | { value: T }> => {
      const refusal = settled ? undefined : await use(tx, subject, events);
      if (refusal !== undefined) return { refusal };
      const value = await unit(tx).catch((error: unknown) => {
        thrown = error;
        throw error;
      });
      return { value };
    };
    const came = await store.commit(useAndRun).catch((error: unknown) => {
      // A store that failed says nothing of what it has: a second use would be taken for a replay. Nothing was answered from it.
      settled ||= error !== thrown;
      throw error;
    });
    settled = true;
    if ('value' in came) return came.value;
    events.onRefused?.();
    throw came.refusal;
  }
  return { commit, useUp: async () => (settled ? undefined : commit(async () => undefined)) };
}

/** @returns why the token does not work; undefined for its first use, which is then on record */
async function use(
  tx: Transaction,
  subject: Subject,
  { onFirstReplay }: FirstUseEvents,
): Promise<BrokerError | undefined> {
  const { issuer, tokenId, tokenExpiresAt: expiresAt } = subject;
  // A clock that jumped ahead and came back: what was forgotten meanwhile must not work a second time.
  if (expiresAt < (await forgottenBefore(tx))) {
    return new BrokerError(
      'TOKEN_EXPIRED',
      'This subject token expired before the time from which this broker remembers tokens. Ask GitHub for a fresh one.',
    );
  }
  const { replays } = await tx.subjectTokens.use({ issuer, tokenId, expiresAt });
  if (replays === 0) return undefined;
  if (replays === 1) await onFirstReplay(tx);
  return new BrokerError(
    'TOKEN_REPLAYED',
    'This subject token was used before, and each works once. Ask GitHub for a fresh one for every call; if you did not use it twice, somebody else in the job has it.',
  );
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
  // Never back, also where the clock went back meanwhile.
  if (forgotten > 0) await tx.meta.set(FORGOTTEN_BEFORE, String(Math.max(expiredBefore, await forgottenBefore(tx))));
}
