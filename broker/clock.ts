// Time, ids and randomness as dependencies: everything that decides or records receives them, so that tests can choose them.
import { randomFillSync } from 'node:crypto';

export type Millis = number;
export type Seconds = number;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): Millis;
}

export interface Entropy {
  bytes(count: number): Buffer;
}

export const systemClock: Clock = { now: () => Date.now() };
export const systemEntropy: Entropy = pooledEntropy();

const POOL_BYTES = 4096;

/** An issuance takes a dozen small pieces; asking the system once for many costs a tenth of asking for each. */
function pooledEntropy(): Entropy {
  let pool = Buffer.alloc(0);
  return {
    bytes(count) {
      if (pool.length < count) pool = randomFillSync(Buffer.allocUnsafeSlow(Math.max(count, POOL_BYTES)));
      const taken = Buffer.from(pool.subarray(0, count));
      // Given out once: nothing that looks at our memory later finds the beginning of a key here.
      pool.fill(0, 0, count);
      pool = pool.subarray(count);
      return taken;
    },
  };
}

export type IdKind =
  | 'req'
  | 'apr'
  | 'grt'
  | 'iss'
  | 'lse'
  | 'ent'
  | 'prn'
  | 'obx'
  | 'err'
  | 'ses'
  | 'pky'
  | 'inc'
  | 'inv'
  | 'pau'
  | 'rev'
  | 'dcy';

const TIME_DIGITS = 8;
const TIME_STEP: Millis = 8;

/**
 * A new id such as `req_…` with 128 random bits: not guessable, and its kind is seen at a glance. With a time it begins with
 * that, in digits that sort: rows of one moment lie together in an index, so that a commit writes a few of its pages, not one a row.
 */
export function newId(kind: IdKind, entropy: Entropy, now?: Millis): string {
  const time = now === undefined ? '' : timeDigits(now);
  return `${kind}_${time}${entropy.bytes(16).toString('base64url')}`;
}

const timeDigits = (now: Millis): string =>
  Math.floor(Math.max(0, now) / TIME_STEP)
    .toString(32)
    .padStart(TIME_DIGITS, '0');

/** Milliseconds since some moment, with fractions; it never goes back. For how long something took. */
export type Elapsed = () => Millis;

export const systemElapsed: Elapsed = () => performance.now();
