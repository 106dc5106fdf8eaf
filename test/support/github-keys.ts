// The signing keys of the GitHub double: real RSA keys, made anew for each double, and a signer that signs anything.
import { generateKeyPair, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';

export interface IssuerKey {
  readonly kid: string;
  /** as the key set publishes it */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** A compact JWS (RFC 7515 §7.1) over whatever bytes it is given, well-formed or not. */
  signJws(header: string | Uint8Array, payload: string | Uint8Array): string;
}

export async function makeIssuerKey(): Promise<IssuerKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
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
