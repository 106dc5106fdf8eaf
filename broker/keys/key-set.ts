// What the world may know of the signing keys: the JWKS (RFC 7517) that relying parties verify credentials with.
import type { SigningKey } from './signing-keys.ts';

export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export function publicKeySet(keys: readonly SigningKey[]): KeySet {
  return {
    keys: keys.map(({ id, algorithm, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid: id,
      alg: algorithm,
      use: 'sig',
    })),
  };
}
