// Time, ids and randomness as dependencies: everything that decides or records receives them, so that tests can choose them.
import { randomBytes } from 'node:crypto';

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
export const systemEntropy: Entropy = { bytes: (count) => randomBytes(count) };

/** A new id such as `req_…` with 128 random bits: not guessable, and its kind is seen at a glance. */
export function newId(kind: 'req' | 'grt' | 'iss' | 'lse' | 'ent' | 'prn' | 'obx' | 'err', entropy: Entropy): string {
  return `${kind}_${entropy.bytes(16).toString('base64url')}`;
}

/** Milliseconds since some moment, with fractions; it never goes back. For how long something took. */
export type Elapsed = () => Millis;

export const systemElapsed: Elapsed = () => performance.now();
