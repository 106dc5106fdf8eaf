// Reads a compact JWS (RFC 7515 §7.1) that the broker itself signed. Everything else is no token of ours, whatever it says: there is
// nothing to explain to whoever shows one.
import { type KeyObject, verify } from 'node:crypto';
import type { SigningKey } from './signing-keys.ts';

export interface OwnJws {
  readonly typ: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const MAX_LENGTH = 16 * 1024;

export function readOwnJws(keys: readonly SigningKey[], token: string): OwnJws | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.length > MAX_LENGTH ? [] : token.split('.', 4);
  if (rest.length > 0) return undefined;
  const { alg, kid, typ } = parse(header) ?? {};
  // The algorithm is that of the key, not the one that a token names: no "none", and no HMAC keyed with a public key.
  const key = keys.find(({ id, algorithm }) => id === kid && algorithm === alg);
  const bytes = decode(signature);
  if (key === undefined || bytes === undefined) return undefined;
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), verifyingKey(key), bytes)) return undefined;
  const claims = parse(payload);
  return claims === undefined ? undefined : { typ: String(typ), claims };
}

/** RFC 7518 §3.4: r and s side by side, where Node expects DER unless told otherwise. */
const verifyingKey = ({ algorithm, publicKey }: SigningKey): { key: KeyObject; dsaEncoding?: 'ieee-p1363' } =>
  algorithm === 'ES256' ? { key: publicKey, dsaEncoding: 'ieee-p1363' } : { key: publicKey };

/** Node skips what is not base64url and forgives stray last bits; one token must have one spelling. */
function decode(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url');
  return segment !== '' && bytes.toString('base64url') === segment ? bytes : undefined;
}

function parse(segment: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decode(segment)?.toString('utf8') ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
