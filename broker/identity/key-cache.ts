// The keys of one issuer, kept for a while. It promises: a withdrawn key counts for 10 minutes at most while the issuer
// answers; an outage is bridged for an hour and then refuses; and no flood of requests becomes a flood of fetches.
import type { CryptoKey } from 'jose';
import type { Clock, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { KeySet } from './issuer-key-set.ts';
import { PASS_ON_UNCHANGED, quoted } from './refusal.ts';

interface KeyCacheOptions {
  readonly issuerUrl: string;
  readonly clock: Clock;
  readonly fetchKeySet: () => Promise<KeySet>;
  /** told of every fetch, and why it failed where it did */
  readonly onFetch?: (failure?: { readonly cause: unknown }) => void;
}

const FRESH: Millis = 10 * 60_000;
/** Counted from the fetch, the fresh time included. */
const USABLE: Millis = 60 * 60_000;
/** A new key may have come; but a `kid` costs a stranger nothing to invent. */
const UNKNOWN_KID_PAUSE: Millis = 30_000;
const LONGEST_PAUSE: Millis = 30_000;

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
  async keyFor(kid: string): Promise<CryptoKey> {
    if (this.#mustAsk(kid)) await this.#refresh();
    const key = this.#within(this.#fetchedAt, USABLE) ? this.#keys.get(kid) : undefined;
    if (key !== undefined) return key;
    if (this.#failures > 0) throw this.#unreachable();
    throw new BrokerError(
      'TOKEN_SIGNATURE_INVALID',
      `The issuer ${quoted(this.#options.issuerUrl)} has no key ${quoted(kid)}, so it did not sign this token, or did so with a key that it has withdrawn. ${PASS_ON_UNCHANGED}`,
    );
  }

  #mustAsk(kid: string): boolean {
    const known = this.#within(this.#fetchedAt, FRESH) && this.#keys.has(kid);
    return !known && !this.#within(this.#triedAt, this.#pause());
  }

  /** The time to leave between two tries: for an unknown `kid` among fresh keys, or after failures (1 s, 2 s, 4 s … 30 s). */
  #pause(): Millis {
    if (this.#within(this.#fetchedAt, FRESH)) return UNKNOWN_KID_PAUSE;
    return this.#failures === 0 ? 0 : Math.min(LONGEST_PAUSE, 1000 * 2 ** (this.#failures - 1));
  }

  /** Whoever comes while a fetch is under way waits for that one. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#fetch().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #fetch(): Promise<void> {
    try {
      this.#keys = await this.#options.fetchKeySet();
      this.#fetchedAt = this.#options.clock.now();
      this.#failures = 0;
      this.#options.onFetch?.();
    } catch (cause) {
      this.#failures += 1;
      this.#cause = cause;
      this.#options.onFetch?.({ cause });
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
