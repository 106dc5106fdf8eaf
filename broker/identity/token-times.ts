// When a token may be used: exp, iat and nbf are all required, whole seconds (RFC 7519 §4.1), and bounded on both sides,
// because GitHub's own lifetimes have been five minutes and six hours.
import type { Millis, Seconds } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Claims } from './compact-jws.ts';
import { malformedToken, PASS_ON_UNCHANGED, quoted } from './refusal.ts';

/** How far the issuer's clock and ours may disagree. */
const TOLERANCE: Seconds = 30;
const LONGEST_AGE: Seconds = 10 * 60;
const LONGEST_LIFE: Seconds = 24 * 3600;
const EARLIEST_NOT_BEFORE: Seconds = 15 * 60;
/** The last second of the year 9999: later ones have no RFC 3339 form. */
const LAST_SECOND: Seconds = 253_402_300_799;

export function checkTimes(claims: Claims, nowMillis: Millis): void {
  const [exp, iat, nbf] = [wholeSeconds(claims, 'exp'), wholeSeconds(claims, 'iat'), wholeSeconds(claims, 'nbf')];
  const now = nowMillis / 1000;
  refuseImpossible({ exp, iat, nbf, now });
  if (now >= exp + TOLERANCE) {
    throw new BrokerError(
      'TOKEN_EXPIRED',
      `The token expired at ${utc(exp)}; it is now ${utc(now)}. ${PASS_ON_UNCHANGED}`,
    );
  }
  if (now > iat + LONGEST_AGE + TOLERANCE) {
    throw new BrokerError(
      'TOKEN_TOO_OLD',
      `The token was issued at ${utc(iat)}, more than ${LONGEST_AGE / 60} minutes ago. ${PASS_ON_UNCHANGED}`,
    );
  }
  const start = Math.max(iat, nbf);
  if (now < start - TOLERANCE) {
    throw new BrokerError(
      'TOKEN_NOT_YET_VALID',
      `The token is valid from ${utc(start)}; it is now ${utc(now)}. Whoever runs the broker should compare its clock with the issuer's.`,
    );
  }
}

/** A time claim as a number of seconds that can be computed with and printed: not 1e400, not 0.5, not "1795341900". */
export function wholeSeconds(claims: Claims, name: 'exp' | 'iat' | 'nbf'): Seconds {
  const value = claims[name];
  if (isWholeNumber(value) && value >= 0 && value <= LAST_SECOND) return value;
  throw malformedToken(`The token's claim "${name}" is ${quoted(value)}; it must be a time in whole seconds.`);
}

const isWholeNumber = (value: unknown): value is number => Number.isSafeInteger(value);

function refuseImpossible({ exp, iat, nbf, now }: Readonly<Record<'exp' | 'iat' | 'nbf' | 'now', Seconds>>): void {
  if (exp <= iat) throw malformedToken(`The token expires at ${utc(exp)}, before it was issued at ${utc(iat)}.`);
  if (exp > now + LONGEST_LIFE + TOLERANCE) {
    throw malformedToken(`The token expires at ${utc(exp)}, more than ${LONGEST_LIFE / 3600} hours from now.`);
  }
  // Both are the issuer's own clock, so nothing is tolerated here.
  if (nbf < iat - EARLIEST_NOT_BEFORE) {
    throw malformedToken(
      `The token is valid from ${utc(nbf)}, more than ${EARLIEST_NOT_BEFORE / 60} minutes before it was issued at ${utc(iat)}.`,
    );
  }
}

const utc = (seconds: Seconds): string => new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
