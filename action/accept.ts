// From an answer to a credential that may be handed on: meant for this ask, whole and of harmless form, and (with a pinned log
// key) proven to be in the log. Whatever is wrong is found here, before anything is written.
import { createHash } from 'node:crypto';
import type { Issued } from '../shared/api.ts';
import { type IssuedCredential, neverEnds, readCredential } from '../shared/issued-credential.ts';
import { vaultVariable } from '../shared/vault-variable.ts';
import { ActionFailure } from './action-failure.ts';
import { NEVER } from './held-lease.ts';
import { type Inputs, isOwnPage } from './inputs.ts';
import { proveReceipt, type ReceiptFacts, readReceipt } from './receipt-check.ts';
import type { Claims } from './subject-token.ts';

export interface Accepted {
  readonly issued: Issued;
  readonly credential: IssuedCredential;
  /** ISO 8601, or `never` */
  readonly expiresAt: string;
  /** lower-case hex SHA-256 of the token: the fingerprint in the log. Undefined where that could be guessed back, and has none */
  readonly tokenHash: string | undefined;
  readonly receipt: ReceiptFacts;
}

export interface Asker {
  readonly inputs: Inputs;
  readonly claims: Claims;
  /** milliseconds since the epoch */
  readonly now: number;
}

const LONGEST_LIFE_SECONDS = 10 * 365 * 86_400;
/** Seconds that a life may be longer than was asked for: whoever issues may count it from its own clock. */
const LIFE_TOLERANCE = 30;
/** What fits in an Authorization header (RFC 6750 §2.1), so on one line too. */
const BEARER_FORM = /^[\x21-\x7e]+$/;

/** @throws Error with a sentence saying what is wrong with the answer */
export function acceptIssued(issued: Issued, { inputs, claims, now }: Asker): Accepted {
  if (issued.scope !== inputs.scope) throw new Error(`it is for "${issued.scope}", and ${inputs.scope} was asked for`);
  const { request_url: page } = issued;
  if (page !== undefined && !isOwnPage(page, inputs.origins))
    throw new Error(`request_url leads to "${page}", and not to ${inputs.origins.join(' or ')}`);
  requireOneCredential(issued);
  const credential = readCredential(issued);
  requireBoundedLife(issued, credential, inputs.ttl);
  const hash = createHash('sha256').update(issued.access_token, 'utf8').digest('hex');
  const { kind } = credential;
  const receipt =
    inputs.logKeys.length === 0
      ? readReceipt(issued.receipt)
      : proveReceipt(issued, { logKeys: inputs.logKeys, claims, kind, tokenHash: hash });
  requireVariables(credential, inputs);
  // What a vault keeps may be short enough to be guessed from its hash: that is told only where the log tells it too.
  const tokenHash = kind === 'vault-secret' && receipt.entry['fingerprint'] !== hash ? undefined : hash;
  return { issued, credential, tokenHash, expiresAt: endOf(issued, now, receipt.entry), receipt };
}

function requireBoundedLife({ expires_in: life }: Issued, { kind }: IssuedCredential, asked: number | undefined): void {
  if (asked !== undefined && life > asked + LIFE_TOLERANCE)
    throw new Error(`expires_in is ${life} seconds, and ${asked} were asked for`);
  const keptElsewhere = kind === 'vault-secret' && neverEnds({ expires_in: life });
  if (life > LONGEST_LIFE_SECONDS && !keptElsewhere)
    throw new Error(`expires_in is ${life} seconds, and no credential lives that long`);
}

/** @throws ActionFailure about a value that must not become a variable: it is the policy that named it */
function requireVariables({ kind, credential }: IssuedCredential, { exportEnv, scope }: Inputs): void {
  if (!exportEnv || kind !== 'vault-secret') return;
  const name = Object.keys(credential).find((one) => vaultVariable(one) === undefined);
  if (name === undefined) return;
  throw new ActionFailure(
    `"${name}" of ${scope} can't be an environment variable`,
    'No shell could read it under that name, or programs would be steered by it.',
    'Leave export-env out and use the output, or give the value another name in the policy.',
  );
}

const ROUNDING_MS = 2_000;

/** The end that the log has, where it is the one that `expires_in` counts down to; else the latter, in whole seconds. */
function endOf({ expires_in: seconds }: Issued, now: number, entry: ReceiptFacts['entry']): string {
  if (neverEnds({ expires_in: seconds })) return NEVER;
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
