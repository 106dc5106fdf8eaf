// The keys of one issuer, kept for a while and fetched again before they are old, so that tokens do not wait. It promises: a
// withdrawn key counts for 10 minutes at most while the issuer answers; an outage is bridged for an hour and then refuses;
// and no flood of requests becomes a flood of fetches.
import type { KeyObject } from 'node:crypto';
import type { Clock, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { KeySet } from './issuer-key-set.ts';
import { PASS_ON_UNCHANGED, quoted } from './refusal.ts';

interface KeyCacheOptions {
  readonly issuerUrl: string;
  readonly clock: Clock;
  readonly fetchKeySet: () => Promise<KeySet>;
  /** told of every fetch, and why it failed where it did */
  readonly onFetch: (failure?: { readonly cause: unknown }) => void;
  /** once an outage: the first of its failures */
  readonly onOutage: (cause: unknown) => void;
  readonly onRecovery: () => void;
}

const FRESH: Millis = 10 * 60_000;
/** Early enough for several tries before the keys are old. */
const REFRESH_AFTER: Millis = 8 * 60_000;
/** Counted from the fetch, the fresh time included. */
const USABLE: Millis = 60 * 60_000;
/** A new key may have come; but a `kid` costs a stranger nothing to invent. */
const UNKNOWN_KID_PAUSE: Millis = 30_000;
const LONGEST_PAUSE: Millis = 30_000;
/** Keys that are old although it was tried as lately as this say that the issuer is down: two of the longest pauses. */
const LATELY: Millis = 60_000;

export class KeyCache {
  readonly #options: KeyCacheOptions;
  #keys: KeySet = new Map();
  #fetchedAt: Millis = Number.NEGATIVE_INFINITY;
  #triedAt: Millis = Number.NEGATIVE_INFINITY;
  /** in a row */
  #failures = 0;
  #cause: unknown;
  #refreshing: Promise<void> | undefined;

  constructor(options: KeyCacheOptions) {
    this.#options = options;
  }

  /** @throws BrokerError TOKEN_SIGNATURE_INVALID where the issuer has no such key, ISSUER_UNREACHABLE where we can't know */
  async keyFor(kid: string): Promise<KeyObject> {
    if (this.#mustAsk(kid)) {
      const refreshed = this.#refresh();
      // While the issuer is down there is nothing to wait for: the keys at hand count, and the fetch goes on beside.
      const bridged = this.#usableKey(kid) !== undefined && this.#within(this.#triedAt, LATELY);
      if (!bridged) await refreshed;
    }
    const key = this.#usableKey(kid);
    if (key !== undefined) return key;
    if (this.#failures > 0) throw this.#unreachable();
    throw new BrokerError(
      'TOKEN_SIGNATURE_INVALID',
      `The issuer ${quoted(this.#options.issuerUrl)} has no key ${quoted(kid)}, so it did not sign this token, or did so with a key that it has withdrawn. ${PASS_ON_UNCHANGED}`,
    );
  }

  /** Called now and then, it has new keys at hand before the old ones are too old, and the first before the first token. */
  async refreshAhead(): Promise<void> {
    if (this.#within(this.#fetchedAt, REFRESH_AFTER) || this.#within(this.#triedAt, this.#pause())) return;
    await this.#refresh();
  }

  #usableKey(kid: string): KeyObject | undefined {
    return this.#within(this.#fetchedAt, USABLE) ? this.#keys.get(kid) : undefined;
  }

  #mustAsk(kid: string): boolean {
    const known = this.#within(this.#fetchedAt, FRESH) && this.#keys.has(kid);
    return !known && !this.#within(this.#triedAt, this.#pause());
  }

  /** The time to leave between two tries: for an unknown `kid` among fresh keys, or after failures (1 s, 2 s, 4 s … 30 s). */
  #pause(): Millis {
    if (this.#within(this.#fetchedAt, FRESH)) return UNKNOWN_KID_PAUSE;
    return Math.min(LONGEST_PAUSE, 1000 * 2 ** (this.#failures - 1));
  }

  /** Whoever comes while a fetch is under way waits for that one. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#ask().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #ask(): Promise<void> {
    // Keys are as old as the question: what the issuer withdraws while it answers slowly must not count for longer.
    const askedAt = this.#options.clock.now();
    try {
      this.#keys = await this.#options.fetchKeySet();
      this.#fetchedAt = askedAt;
      if (this.#failures > 0) this.#options.onRecovery();
      this.#failures = 0;
      this.#options.onFetch();
    } catch (cause) {
      if (this.#failures === 0) this.#options.onOutage(cause);
      this.#failures += 1;
      this.#cause = cause;
      this.#options.onFetch({ cause });
    }
    this.#triedAt = this.#options.clock.now();
  }

  /** A clock that was set back makes everything old rather than young for ever. */
  #within(since: Millis, span: Millis): boolean {
    const age = this.#options.clock.now() - since;
    return age >= 0 && age < span;
  }

  #unreachable(): BrokerError {
    const wait = Math.max(1, Math.ceil((this.#triedAt + this.#pause() - this.#options.clock.now()) / 1000));
    return new BrokerError(
      'ISSUER_UNREACHABLE',
      `The keys of the issuer ${quoted(this.#options.issuerUrl)} can't be fetched at the moment, so its tokens can't be checked. Nothing is wrong with the workflow: try again in ${wait} s.`,
      { cause: this.#cause, retryAfter: wait },
    );
  }
}
