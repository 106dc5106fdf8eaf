// Challenges of passkeys: one a session at a time, good once and for five minutes.
import type { Millis } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { refused } from './passkey-checks.ts';
import type { LiveSession } from './sessions.ts';

const CHALLENGE_MS: Millis = 5 * 60_000;

export type Purpose = 'first passkey' | 'another passkey' | 'step-up';

export async function keepChallenge(
  store: Store,
  person: LiveSession,
  { purpose, challenge }: Pick<Challenge, 'purpose' | 'challenge'>,
): Promise<void> {
  await store.commit((tx) =>
    tx.sessions.saveChallenge(person.sessionId, JSON.stringify({ purpose, challenge, until: tx.now + CHALLENGE_MS })),
  );
}

interface Challenge {
  readonly purpose: Purpose;
  readonly challenge: string;
  readonly until: Millis;
}

export async function takeChallenge(
  store: Store,
  { sessionId }: LiveSession,
  purposes: readonly Purpose[],
): Promise<Challenge> {
  const challenge = await store.commit(async (tx) => {
    const text = await tx.sessions.takeChallenge(sessionId);
    const kept = text === undefined ? undefined : (JSON.parse(text) as Challenge);
    return kept !== undefined && tx.now < kept.until ? kept : undefined;
  });
  if (challenge === undefined || !purposes.includes(challenge.purpose))
    throw refused('This took longer than five minutes, or was done already. Begin again.');
  return challenge;
}
