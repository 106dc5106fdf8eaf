// The signing keys of the GitHub double: real RSA keys that take turns under new names, and a signer that signs anything.
import { generateKeyPair, type KeyPairKeyObjectResult, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';

export interface IssuerKey {
  readonly kid: string;
  /** as the key set publishes it */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** A compact JWS (RFC 7515 §7.1) over whatever bytes it is given, well-formed or not. */
  signJws(header: string | Uint8Array, payload: string | Uint8Array): string;
}

/** To make one takes longer than most tests, and none has so many doubles at once. */
const PAIRS = 8;
const pairs: Promise<KeyPairKeyObjectResult>[] = [];
let taken = 0;

function nextPair(): Promise<KeyPairKeyObjectResult> {
  const at = taken++ % PAIRS;
  pairs[at] ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return pairs[at];
}

export async function makeIssuerKey(): Promise<IssuerKey> {
  const { publicKey, privateKey } = await nextPair();
  const kid = randomUUID();
  return {
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid },
    signJws(header, payload) {
      const signed = `${base64url(header)}.${base64url(payload)}`;
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}

const base64url = (part: string | Uint8Array): string => Buffer.from(part).toString('base64url');
