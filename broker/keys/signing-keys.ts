// The broker's signing keys: ES256 and RS256 for credentials, Ed25519 for the log, each with its private half sealed under
// the key-encryption key, or the name of the key at whoever holds it in our place. A key of which anything was changed in the
// store is not opened: whoever can write there must not have us publish, or sign with, one of theirs.
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Secret } from '../../shared/secret.ts';
import type { Entropy } from '../clock.ts';
import { StartRefused } from '../errors.ts';
import type { KeyState, SigningKeyRow } from '../store/signing-keys.ts';
import { type SealingKey, sealingKey } from './seal.ts';

export type CredentialAlgorithm = 'ES256' | 'RS256';

interface OpenedKey {
  /** RFC 7638 thumbprint */
  readonly id: string;
  readonly algorithm: SigningKeyRow['algorithm'];
  readonly publicKey: KeyObject;
}

/** Signs here and now. */
export interface LocalKey extends OpenedKey {
  readonly held: 'here';
  readonly privateKey: KeyObject;
}

/** Its private half is elsewhere, under this name. */
export interface RemoteKey extends OpenedKey {
  readonly held: 'elsewhere';
  readonly reference: string;
}

export type SigningKey = LocalKey | RemoteKey;

export interface LogKeys {
  /** the newest that signs: what is believed of our own checkpoints */
  readonly current: LocalKey;
  /** all that sign now, oldest first: the one before signs beside the current one for a while */
  readonly signers: readonly LocalKey[];
  /** what jobs and auditors may trust, newest first: a next one does not sign yet */
  readonly published: readonly LocalKey[];
}

export interface SigningKeys {
  readonly log: LogKeys;
  /** The key that signs now. */
  credential(algorithm: CredentialAlgorithm): SigningKey;
  /** Every credential key of the JWKS, those that sign first. */
  readonly published: readonly SigningKey[];
}

export function keyEncryptionKey(encryptionKey: Buffer, entropy: Entropy): SealingKey {
  return sealingKey({ secret: encryptionKey, salt: '', purpose: 'signing keys' }, entropy);
}

/** In the order of the JWKS; all others are in it no more. */
export const PUBLISHED: readonly KeyState[] = ['current', 'next', 'previous'];

/** @throws StartRefused where keys are missing, were changed, or are sealed under another key-encryption key */
export function openSigningKeys(rows: readonly SigningKeyRow[], sealing: SealingKey): SigningKeys {
  const credentials = rows.filter(({ purpose }) => purpose === 'credential');
  const opened = PUBLISHED.flatMap((state) =>
    credentials.filter((row) => row.state === state).map((row) => ({ state, key: open(row, sealing) })),
  );
  const current = new Map(
    opened.filter(({ state }) => state === 'current').map(({ key }) => [key.algorithm, key] as const),
  );
  const log = current.has('ES256') && current.has('RS256') ? openLogKeys(rows, sealing) : undefined;
  if (log === undefined)
    throw new StartRefused('the store has no signing keys: make them once with `buildpass keys create`');
  return {
    log,
    published: opened.map(({ key }) => key),
    credential: (algorithm) => current.get(algorithm) as SigningKey,
  };
}

/** Undefined where none signs. */
function openLogKeys(rows: readonly SigningKeyRow[], sealing: SealingKey): LogKeys | undefined {
  const openIn = (state: KeyState): readonly LocalKey[] =>
    rows.filter((row) => row.purpose === 'log' && row.state === state).map((row) => openLogKey(row, sealing));
  const [next, [current], previous] = [openIn('next'), openIn('current'), openIn('previous')];
  if (current === undefined) return undefined;
  return { current, signers: [...previous.toReversed(), current], published: [...next, current, ...previous] };
}

function openLogKey(row: SigningKeyRow, sealing: SealingKey): LocalKey {
  const key = open(row, sealing);
  if (key.held !== 'here') throw changed(row.id);
  return key;
}

/** What is sealed in place of a private half that is held elsewhere begins so; a private half is PEM. */
const ELSEWHERE = 'elsewhere:';
export const sealedReference = (reference: string): string => `${ELSEWHERE}${reference}`;

function open(row: SigningKeyRow, sealing: SealingKey): SigningKey {
  const sealed = openSealed(row, sealing).reveal();
  const { id, algorithm } = row;
  // Sealed with the id of its public half, so that the two belong together here too.
  if (sealed.startsWith(ELSEWHERE)) {
    const publicKey = readPublicKey(row);
    refuseOther(row, publicKey);
    return { held: 'elsewhere', id, algorithm, publicKey, reference: sealed.slice(ELSEWHERE.length) };
  }
  const privateKey = createPrivateKey(sealed);
  const publicKey = createPublicKey(privateKey);
  refuseOther(row, publicKey);
  return { held: 'here', id, algorithm, privateKey, publicKey };
}

function readPublicKey({ id, public_key: pem }: SigningKeyRow): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw changed(id, cause);
  }
}

function refuseOther({ id, algorithm, public_key: pem }: SigningKeyRow, publicKey: KeyObject): void {
  const belongs =
    thumbprint(publicKey) === id && publicPem(publicKey) === pem && publicKey.asymmetricKeyType === KEY_TYPE[algorithm];
  if (!belongs) throw changed(id);
}

const changed = (id: string, cause?: unknown): StartRefused =>
  new StartRefused(`the row of the signing key ${id} in the store was changed: it is of another key`, { cause });

export const publicPem = (publicKey: KeyObject): string => publicKey.export({ format: 'pem', type: 'spki' }).toString();

const KEY_TYPE: Readonly<Record<SigningKeyRow['algorithm'], string>> = { ES256: 'ec', RS256: 'rsa', EdDSA: 'ed25519' };

function openSealed(row: SigningKeyRow, sealing: SealingKey): Secret {
  try {
    return sealing.open(row.sealed_private_key, sealedAs(row));
  } catch (cause) {
    throw new StartRefused(
      `the signing key ${row.id} cannot be opened: keys.encryption-key-file is not the one it was made with, or the row was changed`,
      { cause },
    );
  }
}

/** What a private half is sealed with: opened for another key, or another use, it does not open. */
export const sealedAs = ({ purpose, id }: Pick<SigningKeyRow, 'purpose' | 'id'>): string => `${purpose} ${id}`;

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
