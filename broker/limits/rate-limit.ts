// How often something may happen for each of many keys: `count` at once, and refilled evenly over `per` (GCRA: one number a key).
// Its memory is bounded, whoever chooses the keys: a key that was quiet for `per` is as good as a new one, and forgotten.
import type { Elapsed, Millis } from '../clock.ts';

export interface Rate {
  readonly count: number;
  readonly per: Millis;
}

interface RateLimitOptions extends Rate {
  /** not the time of day, which may be set back */
  readonly elapsed: Elapsed;
}

/** More keys than this within `per`, and the quiet half is forgotten early: the limit then errs for the caller. */
const MAX_KEYS = 10_000;

export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #interval: Millis;
  /** the time at which a key will have all of its `count` again, of those that came lately */
  #recent = new Map<string, Millis>();
  #before = new Map<string, Millis>();
  #turnedAt: Millis;

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#interval = options.per / options.count;
    this.#turnedAt = options.elapsed();
  }

  /** Takes one for this key: 0, or how long to wait for it, and then none was taken. */
  take(key: string): Millis {
    const now = this.#options.elapsed();
    const full = this.#fullAt(key, now) + this.#interval;
    const wait = this.#excess(full, now);
    if (wait > 0) return wait;
    if (now - this.#turnedAt >= this.#options.per || this.#recent.size >= MAX_KEYS) this.#turn(now);
    this.#recent.set(key, full);
    return 0;
  }

  /** Undoes a `take` that gave one. */
  giveBack(key: string): void {
    const full = this.#recent.get(key);
    if (full !== undefined) this.#recent.set(key, full - this.#interval);
  }

  /** What `take` would say, without taking. */
  wait(key: string): Millis {
    const now = this.#options.elapsed();
    return this.#excess(this.#fullAt(key, now) + this.#interval, now);
  }

  #fullAt(key: string, now: Millis): Millis {
    return Math.max(this.#recent.get(key) ?? this.#before.get(key) ?? now, now);
  }

  /** Less than a microsecond is the rounding of the interval, not an excess. */
  #excess(full: Millis, now: Millis): Millis {
    const excess = full - now - this.#options.per;
    return excess > 0.001 ? excess : 0;
  }

  #turn(now: Millis): void {
    this.#before = this.#recent;
    this.#recent = new Map();
    this.#turnedAt = now;
  }
}
