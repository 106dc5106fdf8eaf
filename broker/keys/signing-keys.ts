// The broker's signing keys: one ES256 and one RS256 for credentials, one Ed25519 for the log. Made by `keys create` and
// nothing else (a broker that made its own keys at start would hide their loss), sealed under the key-encryption key.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { Secret } from '../../shared/secret.ts';
import type { Entropy, Millis } from '../clock.ts';
import { StartRefused } from '../errors.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import { type SealingKey, sealingKey } from './seal.ts';

export type CredentialAlgorithm = 'ES256' | 'RS256';

export interface SigningKey {
  /** RFC 7638 thumbprint */
  readonly id: string;
  readonly algorithm: SigningKeyRow['algorithm'];
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface SigningKeys {
  readonly log: SigningKey;
  /** The key that signs now. */
  credential(algorithm: CredentialAlgorithm): SigningKey;
  /** Every credential key, for the JWKS. */
  readonly published: readonly SigningKey[];
}

export function keyEncryptionKey(encryptionKey: Buffer, entropy: Entropy): SealingKey {
  return sealingKey({ secret: encryptionKey, salt: '', purpose: 'signing keys' }, entropy);
}

/** A fresh set of keys as rows; nothing is stored here. */
export function generateSigningKeys(sealing: SealingKey, createdAt: Millis): readonly SigningKeyRow[] {
  const pairs = [
    { purpose: 'credential', algorithm: 'ES256', pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
    { purpose: 'credential', algorithm: 'RS256', pair: generateKeyPairSync('rsa', { modulusLength: 3072 }) },
    { purpose: 'log', algorithm: 'EdDSA', pair: generateKeyPairSync('ed25519') },
  ] as const;
  return pairs.map(({ purpose, algorithm, pair }) => {
    const id = thumbprint(pair.publicKey);
    const secret = new Secret(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    return {
      id,
      purpose,
      algorithm,
      public_key: pair.publicKey.export(SPKI).toString(),
      sealed_private_key: sealing.seal(secret, `${purpose} ${id}`),
      created_at: createdAt,
    };
  });
}

/** @throws StartRefused where keys are missing or sealed under another key-encryption key */
export function openSigningKeys(rows: readonly SigningKeyRow[], sealing: SealingKey): SigningKeys {
  const published = rows.filter((row) => row.purpose === 'credential').map((row) => open(row, sealing));
  const logRow = rows.find((row) => row.purpose === 'log');
  const byAlgorithm = new Map(published.toReversed().map((key) => [key.algorithm, key]));
  if (logRow === undefined || !byAlgorithm.has('ES256') || !byAlgorithm.has('RS256')) {
    throw new StartRefused('the store has no signing keys: make them once with `buildpass keys create`');
  }
  return { log: open(logRow, sealing), published, credential: (algorithm) => byAlgorithm.get(algorithm) as SigningKey };
}

function open(row: SigningKeyRow, sealing: SealingKey): SigningKey {
  const privateKey = createPrivateKey(openPrivateKey(row, sealing).reveal());
  const publicKey = createPublicKey(privateKey);
  const { id, algorithm } = row;
  // Only the private half is sealed. Whoever can write to the store must not have us publish a public half of theirs, or
  // sign with a key that its row says is another.
  const belongs =
    thumbprint(publicKey) === id &&
    publicKey.export(SPKI).toString() === row.public_key &&
    publicKey.asymmetricKeyType === KEY_TYPE[algorithm];
  if (!belongs)
    throw new StartRefused(`the row of the signing key ${id} in the store was changed: it is of another key`);
  return { id, algorithm, privateKey, publicKey };
}

const SPKI = { format: 'pem', type: 'spki' } as const;
const KEY_TYPE: Readonly<Record<SigningKeyRow['algorithm'], string>> = { ES256: 'ec', RS256: 'rsa', EdDSA: 'ed25519' };

function openPrivateKey(row: SigningKeyRow, sealing: SealingKey): Secret {
  try {
    return sealing.open(row.sealed_private_key, `${row.purpose} ${row.id}`);
  } catch (cause) {
    throw new StartRefused(
      `the signing key ${row.id} cannot be opened: keys.encryption-key-file is not the one it was made with, or the row was changed`,
      { cause },
    );
  }
}

const THUMBPRINT_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
  OKP: ['crv', 'kty', 'x'],
};

/** RFC 7638: base64url(SHA-256 of the canonical required members). */
export function thumbprint(publicKey: KeyObject): string {
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  const members = (THUMBPRINT_MEMBERS[jwk['kty'] ?? ''] ?? []).map((name) => [name, jwk[name] ?? '']);
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(members)))
    .digest('base64url');
}
