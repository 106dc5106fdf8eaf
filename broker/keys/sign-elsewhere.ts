// Signs with a key that somebody else holds. No signature is believed before it was verified by the public half on record, none
// is waited for longer than a few seconds, and where there is none there is no credential: 503, and somebody is woken.
import { verify } from 'node:crypto';
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { KeyHolder } from './key-holder.ts';
import type { RemoteKey } from './signing-keys.ts';

/** The signature in the form of its algorithm: of ES256 as DER. */
export type SignElsewhere = (key: RemoteKey, input: Buffer) => Promise<Buffer>;

interface Options {
  readonly holder: KeyHolder;
  readonly logger: Pick<Logger, 'error' | 'info'>;
  /** for one signature: 5 seconds unless told */
  readonly timeout?: Millis;
}

const TIMEOUT: Millis = 5_000;
const RETRY_AFTER_SECONDS = 5;

export function createSignElsewhere({ holder, logger, timeout = TIMEOUT }: Options): SignElsewhere {
  let fails = false;
  return async (key, input) => {
    const { id: key_id, algorithm, reference } = key;
    try {
      const signal = AbortSignal.timeout(timeout);
      const signature = await holder.sign(reference, {
        algorithm: algorithm as 'ES256' | 'RS256',
        input,
        signal,
      });
      if (!verify('sha256', input, key.publicKey, signature))
        throw new Error('the signature is not of the key on record');
      if (fails) logger.info('a signing key held elsewhere signs again', { key_id });
      fails = false;
      return signature;
    } catch (cause) {
      // Said once: what comes after says the same, and every ask that gets 503 is a line of its own.
      if (!fails) logger.error('a signing key held elsewhere does not sign', { key_id, reference, error: cause });
      fails = true;
      throw new BrokerError(
        'UPSTREAM_FAILED',
        'The key service that signs this credential gave no signature. Nothing was handed out.',
        { cause, retryAfter: RETRY_AFTER_SECONDS },
      );
    }
  };
}
