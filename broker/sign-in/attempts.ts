// A sign-in under way: what was made up for it, sealed in a cookie of the browser that began it. So nobody can grow the store by
// beginning, and an answer that another browser brings belongs to no attempt (CSRF and code injection, T32).
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock, Entropy, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { sealingKey } from '../keys/seal.ts';
import type { AttemptProof } from './provider.ts';
import { newToken } from './sessions.ts';

const attemptSchema = z.strictObject({
  provider: z.string(),
  purpose: z.enum(['sign-in', 'step-up', 'link']),
  /** path to go to afterwards */
  back: z.string(),
  /** the session that a step-up or a link is for */
  session: z.string().optional(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  began_at: z.number(),
});

export type Attempt = z.infer<typeof attemptSchema>;

export interface Attempts {
  begin(what: Pick<Attempt, 'provider' | 'purpose' | 'back' | 'session'>): Attempt;
  seal(attempt: Attempt): string;
  /** @throws BrokerError SIGN_IN_EXPIRED where there is none, it is too old, or it is not ours */
  open(sealed: string | undefined): Attempt;
  /** What a provider needs of it. */
  proofOf(attempt: Attempt): AttemptProof;
}

export interface AttemptsOptions {
  readonly url: string;
  readonly encryptionKey: Buffer;
  readonly entropy: Entropy;
  readonly clock: Clock;
}

const LONGEST_MS: Millis = 10 * 60_000;
const CONTEXT = 'sign-in attempt';

export function createAttempts({ url, encryptionKey, entropy, clock }: AttemptsOptions): Attempts {
  const key = sealingKey({ secret: encryptionKey, salt: '', purpose: 'sign-in attempts' }, entropy);
  return {
    begin: (what) => ({
      ...what,
      ...{ state: newToken(entropy), nonce: newToken(entropy), verifier: newToken(entropy) },
      began_at: clock.now(),
    }),
    seal: (attempt) =>
      Buffer.from(key.seal(new Secret(JSON.stringify(attempt)), CONTEXT), 'base64').toString('base64url'),
    open(sealed) {
      const attempt = sealed === undefined ? undefined : opened(() => key.open(sealed, CONTEXT).reveal());
      if (attempt === undefined || clock.now() - attempt.began_at > LONGEST_MS) throw expired();
      return attempt;
    },
    proofOf: ({ provider, purpose, state, nonce, verifier, began_at }) => ({
      ...{ state, nonce, verifier },
      // One for each provider, so that an answer of one cannot be taken for another's (mix-up, RFC 9700 §4.4).
      redirectUri: `${url}/sign-in/${provider}/callback`,
      freshSince: purpose === 'step-up' ? began_at : undefined,
    }),
  };
}

function opened(text: () => string): Attempt | undefined {
  try {
    return attemptSchema.parse(JSON.parse(text()));
  } catch {
    return undefined;
  }
}

const expired = (): BrokerError =>
  new BrokerError(
    'SIGN_IN_EXPIRED',
    'This sign-in took longer than ten minutes, was finished already, or began in another browser. Begin again.',
  );
