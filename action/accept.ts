// From an answer to a credential that may be handed on: meant for this ask, of harmless form, and (with a pinned log key)
// proven to be in the log. Whatever is wrong is found here, before anything is written.
import { createHash } from 'node:crypto';
import type { Issued } from '../shared/api.ts';
import { type Inputs, isOwnPage } from './inputs.ts';
import { proveReceipt, type ReceiptFacts, readReceipt } from './receipt-check.ts';
import type { Claims } from './subject-token.ts';

export interface Accepted {
  readonly issued: Issued;
  /** ISO 8601 */
  readonly expiresAt: string;
  /** lower-case hex SHA-256 of the token: the fingerprint in the log */
  readonly tokenHash: string;
  readonly receipt: ReceiptFacts;
}

export interface Asker {
  readonly inputs: Inputs;
  readonly claims: Claims;
  /** milliseconds since the epoch */
  readonly now: number;
}

const LONGEST_LIFE_SECONDS = 10 * 365 * 86_400;
/** Seconds that rounding may add to a life. */
const LIFE_TOLERANCE = 5;
/** What fits in an Authorization header (RFC 6750 §2.1), so on one line too. */
const BEARER_FORM = /^[\x21-\x7e]+$/;

/** @throws Error with a sentence saying what is wrong with the answer */
export function acceptIssued(issued: Issued, { inputs, claims, now }: Asker): Accepted {
  if (issued.scope !== inputs.scope) throw new Error(`it is for "${issued.scope}", and ${inputs.scope} was asked for`);
  if (issued.expires_in > LONGEST_LIFE_SECONDS)
    throw new Error(`expires_in is ${issued.expires_in} seconds, and no credential lives that long`);
  if (inputs.ttl !== undefined && issued.expires_in > inputs.ttl + LIFE_TOLERANCE)
    throw new Error(`expires_in is ${issued.expires_in} seconds, and ${inputs.ttl} were asked for`);
  const { request_url: page } = issued;
  if (page !== undefined && !isOwnPage(page, inputs.origins))
    throw new Error(`request_url leads to "${page}", and not to ${inputs.origins.join(' or ')}`);
  requireOneCredential(issued);
  const tokenHash = createHash('sha256').update(issued.access_token, 'utf8').digest('hex');
  const receipt =
    inputs.logKeys.length === 0
      ? readReceipt(issued.receipt)
      : proveReceipt(issued, { logKeys: inputs.logKeys, claims, tokenHash });
  return { issued, tokenHash, expiresAt: endOf(issued, now, receipt.entry), receipt };
}

const ROUNDING_MS = 2_000;

/** The end that the log has, where it is the one that `expires_in` counts down to; else the latter, in whole seconds. */
function endOf({ expires_in: seconds }: Issued, now: number, entry: ReceiptFacts['entry']): string {
  const counted = (Math.floor(now / 1000) + seconds) * 1000;
  const logged = Date.parse(String(entry['ends_at']));
  return new Date(Math.abs(logged - counted) <= ROUNDING_MS ? logged : counted).toISOString();
}

/** `access_token` and `credential` must tell of the same thing: only then is masking the one hiding the other. */
function requireOneCredential({ token_type: type, access_token: token, credential }: Issued): void {
  const same = type === 'Bearer' ? Object.values(credential).includes(token) : sameMembers(token, credential);
  if (!same) throw new Error('access_token is not the credential that the answer holds');
  if (type === 'Bearer' && !BEARER_FORM.test(token))
    throw new Error('access_token holds characters that no bearer token has');
}

function sameMembers(text: string, credential: Issued['credential']): boolean {
  const sorted = (members: object): string =>
    JSON.stringify(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
  try {
    const members = JSON.parse(text) as object;
    // Of two members with one name the parser shows the last; the first would be handed on unmasked.
    return JSON.stringify(members) === text && sorted(members) === sorted(credential);
  } catch {
    return false;
  }
}
