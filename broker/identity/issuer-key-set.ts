// What an issuer publishes about itself (OpenID Connect Discovery §4, RFC 7517), as keys that verify its tokens.
// An answer that could be another issuer's, or could be read in two ways, is no answer: then the keys we have stay.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSecureUrl } from '../../shared/secure-url.ts';
import { quoted } from './refusal.ts';
import { parseJsonObject } from './strict-json.ts';

/** Keys by their `kid`. Belongs to one issuer: nothing here may be looked up for another (RFC 8725 §3.8). */
export type KeySet = ReadonlyMap<string, KeyObject>;

const MAX_KEYS = 64;
const MIN_MODULUS_BITS = 2048;
/** RFC 7518 §6.3.2 */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** @throws Error where there is no key set to believe; never an empty set */
export async function fetchKeySet(
  issuerUrl: string,
  fetchDocument: (url: string) => Promise<Uint8Array>,
): Promise<KeySet> {
  const discovery = parseJsonObject(await fetchDocument(`${issuerUrl}/.well-known/openid-configuration`));
  const keys = parseJsonObject(await fetchDocument(keySetUrl(discovery, issuerUrl)))['keys'];
  if (!Array.isArray(keys)) throw new Error(`the key set of ${issuerUrl} has no list of keys`);
  return importKeys(keys);
}

function keySetUrl(discovery: Readonly<Record<string, unknown>>, issuerUrl: string): string {
  // Byte-equal (Discovery §4.3): with a near miss somebody else's document would speak for this issuer.
  if (discovery['issuer'] !== issuerUrl) {
    throw new Error(`the discovery document of ${issuerUrl} speaks for ${quoted(discovery['issuer'])}`);
  }
  const url = discovery['jwks_uri'];
  // On the issuer's own origin, or the document could send us to any address inside (SSRF).
  if (typeof url !== 'string' || !isSecureUrl(url) || new URL(url).origin !== new URL(issuerUrl).origin) {
    throw new Error(`the discovery document of ${issuerUrl} names keys elsewhere: ${quoted(url)}`);
  }
  return url;
}

function importKeys(keys: readonly unknown[]): KeySet {
  if (keys.length > MAX_KEYS) throw new Error(`the key set has ${keys.length} keys, more than ${MAX_KEYS}`);
  const set = new Map<string, KeyObject>();
  const seen = new Set<string>();
  for (const jwk of keys) {
    const kid = kidOf(jwk);
    if (kid === undefined) continue;
    // Which of two would count depends on the reader.
    if (seen.has(kid)) throw new Error(`the key set has two keys ${quoted(kid)}`);
    seen.add(kid);
    const key = importKey(jwk as Jwk);
    if (key !== undefined) set.set(kid, key);
  }
  // An issuer in trouble must not take away the keys that we know.
  if (set.size === 0) throw new Error('the key set has no usable key');
  return set;
}

type Jwk = Readonly<Record<string, unknown>>;

const kidOf = (jwk: unknown): string | undefined => {
  const kid = (jwk as Jwk | null)?.['kid'];
  return typeof kid === 'string' && kid !== '' ? kid : undefined;
};

/** undefined for a key that we can't or shouldn't use; others of the set may be good. */
function importKey(jwk: Jwk): KeyObject | undefined {
  const { kty, n, e, use, alg } = jwk;
  if (kty !== 'RSA') return undefined;
  // Every known issuer uses 65537; smaller exponents have made forgery cheap before.
  if (e !== 'AQAB') return undefined;
  if ((use ?? 'sig') !== 'sig' || (alg ?? 'RS256') !== 'RS256') return undefined;
  // A private half in public is a key that anybody may have signed with.
  if (PRIVATE_MEMBERS.some((name) => name in jwk)) return undefined;
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n: n as string, e }, format: 'jwk' });
    return modulusBits(key) >= MIN_MODULUS_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}

function modulusBits({ asymmetricKeyDetails }: KeyObject): number {
  const { modulusLength = 0 } = asymmetricKeyDetails ?? {};
  return modulusLength;
}
