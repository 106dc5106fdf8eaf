// Takes a subject token apart (RFC 7515 §7.1, compact form only) without believing any of it yet, and checks its signature
// over exactly the bytes that were read. What could make two readers see two tokens is refused before a key is looked for.
import { type KeyObject, verify } from 'node:crypto';
import { malformedToken, quoted } from './refusal.ts';
import { parseJsonObject } from './strict-json.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface UnverifiedToken {
  readonly kid: string;
  readonly claims: Claims;
  /** the signing input (RFC 7515 §5.2): the very text that `kid` and `claims` were read from */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

const MAX_TOKEN_LENGTH = 16 * 1024;

/** `x5t` is what GitHub sends besides; nothing reads it. */
const HEADER_MEMBERS: ReadonlySet<string> = new Set(['alg', 'typ', 'kid', 'x5t', 'x5t#S256']);

export function readCompactJws(token: string): UnverifiedToken {
  // Before anything that costs: splitting and decoding are linear, but only in what we agreed to look at.
  if (token.length > MAX_TOKEN_LENGTH) {
    throw malformedToken(`The token is ${token.length} characters long; at most ${MAX_TOKEN_LENGTH} are accepted.`);
  }
  const parts = token.split('.', 4);
  if (parts.length !== 3)
    throw malformedToken('The token is not a signed JWT: it must be three parts with a dot between them.');
  const [header, payload, signature] = parts as [string, string, string];
  const signatureBytes = decode(signature, 'signature');
  const kid = readHeader(readObject(header, 'header'));
  const claims = readObject(payload, 'payload');
  return { kid, claims, signed: Buffer.from(`${header}.${payload}`), signature: signatureBytes };
}

/** RS256 (RFC 7518 §3.3), which is what Node checks with an RSA key unless told otherwise: the algorithm is ours, whatever a token says. On this thread, which costs less than handing it over. */
export function signatureHolds({ signed, signature }: UnverifiedToken, publicKey: KeyObject): boolean {
  return verify('sha256', signed, publicKey, signature);
}

function readHeader(header: Claims): string {
  // An allow-list: `jku`, `jwk`, `x5u` and `x5c` bring keys along, `crit`, `b64`, `zip` and `enc` change what was signed.
  const unknown = Object.keys(header).find((name) => !HEADER_MEMBERS.has(name));
  if (unknown !== undefined)
    throw malformedToken(`The token's header has the member ${quoted(unknown)}, which is not accepted.`);
  const { alg, typ, kid } = header;
  // One algorithm for one kind of key: no "none", and no HMAC keyed with a public key.
  if (alg !== 'RS256') throw malformedToken(`The token's header says "alg": ${quoted(alg)}; only "RS256" is accepted.`);
  if (typ !== 'JWT') throw malformedToken(`The token's header says "typ": ${quoted(typ)}; only "JWT" is accepted.`);
  if (typeof kid !== 'string' || kid === '')
    throw malformedToken(`The token's header says "kid": ${quoted(kid)}; it must name a key.`);
  return kid;
}

function readObject(segment: string, part: string): Claims {
  const bytes = decode(segment, part);
  try {
    return parseJsonObject(bytes);
  } catch (cause) {
    throw malformedToken(`The token's ${part} ${(cause as Error).message}.`, { cause });
  }
}

function decode(segment: string, part: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  // Node skips what is not base64url and forgives stray last bits; one token must have one spelling.
  if (segment === '' || bytes.toString('base64url') !== segment) {
    throw malformedToken(`The token's ${part} is not base64url.`);
  }
  return bytes;
}
