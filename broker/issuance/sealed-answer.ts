// The sealed copy of an answer: for two minutes the same job may ask again and get the same credential, since a connection
// can break after the commit. Its key needs the `request_secret`, which the broker does not keep: a stolen store opens nothing.
import { Secret } from '../../shared/secret.ts';
import type { Entropy, Millis } from '../clock.ts';
import { type SealingKey, sealingKey } from '../keys/seal.ts';
import type { Credential } from '../model.ts';
import type { Transaction } from '../store/store.ts';

const SEALED_ANSWER_LIFETIME_MS: Millis = 120_000;

export type SealedCredential = Pick<Credential, 'accessToken' | 'tokenType' | 'issuedTokenType' | 'values' | 'details'>;

/** Whose answer it is. */
interface OfAnswer {
  readonly requestId: string;
  readonly requestSecret: Secret;
}

export interface AnswerSealer {
  /** Deriving it takes a tenth of a millisecond, in which another system may be at work. */
  keyOf(answer: OfAnswer): SealingKey;
  keep(tx: Transaction, answer: { requestId: string; key: SealingKey; credential: SealedCredential }): Promise<void>;
  /** The kept credential; undefined where the copy is gone. */
  open(tx: Transaction, answer: OfAnswer): Promise<SealedCredential | undefined>;
  sealHandle(handle: Secret, leaseId: string): string;
  openHandle(sealed: string, leaseId: string): Secret;
}

export function createAnswerSealer(encryptionKey: Buffer, entropy: Entropy): AnswerSealer {
  const keyOf = ({ requestId, requestSecret }: OfAnswer): SealingKey => {
    const secret = Buffer.concat([Buffer.from(requestSecret.reveal()), encryptionKey]);
    return sealingKey({ secret, salt: requestId, purpose: 'sealed answer' }, entropy);
  };
  const handleKey = sealingKey({ secret: encryptionKey, salt: '', purpose: 'revocation handles' }, entropy);
  return {
    keyOf,
    async keep(tx, { requestId, key, credential }) {
      const sealed = key.seal(serialize(credential), requestId);
      await tx.sealedAnswers.put({ requestId, sealed, deleteAt: tx.now + SEALED_ANSWER_LIFETIME_MS });
    },
    async open(tx, answer) {
      const { requestId } = answer;
      const sealed = await tx.sealedAnswers.find(requestId, tx.now);
      return sealed === undefined ? undefined : parse(keyOf(answer).open(sealed, requestId));
    },
    sealHandle: (handle, leaseId) => handleKey.seal(handle, leaseId),
    openHandle: (sealed, leaseId) => handleKey.open(sealed, leaseId),
  };
}

function serialize({ accessToken, values, tokenType, issuedTokenType, details }: SealedCredential): Secret {
  const plain = Object.entries(values).map(([name, value]) => [name, value.reveal()]);
  const open = { tokenType, issuedTokenType, details };
  return new Secret(JSON.stringify({ accessToken: accessToken.reveal(), values: plain, ...open }));
}

function parse(text: Secret): SealedCredential {
  const { accessToken, values, ...open } = JSON.parse(text.reveal());
  const named = (values as [string, string][]).map(([name, value]) => [name, new Secret(value)]);
  return { accessToken: new Secret(accessToken), values: Object.fromEntries(named), ...open };
}
