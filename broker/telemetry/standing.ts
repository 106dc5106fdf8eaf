// What the broker knows about itself beside the store: whether newer policies were refused, since when the anchor is up to date,
// and how it stands with the keys of each issuer. For `/metrics`, and for the operator's `/readyz`; it decides nothing.
import type { Clock, Millis } from '../clock.ts';

/** One thing that may be as it should or not, said in a sentence. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
}

interface IssuerKeys {
  fetchedAt: Millis | undefined;
  /** in a row */
  failures: number;
  cause: unknown;
}

export class Standing {
  readonly #clock: Clock;
  readonly #issuers: ReadonlyMap<string, IssuerKeys>;
  #refused: readonly string[] | undefined;
  #anchoredAt: Millis | undefined;

  constructor(clock: Clock, issuers: readonly string[]) {
    this.#clock = clock;
    this.#issuers = new Map(issuers.map((name) => [name, { fetchedAt: undefined, failures: 0, cause: undefined }]));
  }

  /** `findings`, one a line, where newer policies do not load; undefined once the newest are in force. */
  policiesLoaded(findings: readonly string[] | undefined): void {
    this.#refused = findings;
  }

  anchorKept(): void {
    this.#anchoredAt = this.#clock.now();
  }

  keysFetched(issuer: string, failure?: { readonly cause: unknown }): void {
    const keys = this.#issuers.get(issuer);
    if (keys === undefined) return;
    keys.failures = failure === undefined ? 0 : keys.failures + 1;
    keys.cause = failure?.cause;
    if (failure === undefined) keys.fetchedAt = this.#clock.now();
  }

  get policyRefused(): boolean {
    return this.#refused !== undefined;
  }

  get anchorAge(): Millis | undefined {
    return this.#anchoredAt === undefined ? undefined : this.#clock.now() - this.#anchoredAt;
  }

  /** By issuer, of those whose keys were ever fetched. */
  keyAges(): readonly (readonly [issuer: string, age: Millis])[] {
    const now = this.#clock.now();
    return [...this.#issuers].flatMap(([name, { fetchedAt }]) =>
      fetchedAt === undefined ? [] : [[name, now - fetchedAt] as const],
    );
  }

  findings(): readonly Finding[] {
    return [this.#newerPolicies(), this.#anchor(), ...[...this.#issuers.keys()].map((name) => this.#keysOf(name))];
  }

  #newerPolicies(): Finding {
    const refused = this.#refused;
    const says =
      refused === undefined
        ? 'No newer policies were refused.'
        : `Newer policies are refused, and the last good ones stay in force: ${refused.join('; ')}`;
    return { name: 'newer-policies', ok: refused === undefined, says };
  }

  #anchor(): Finding {
    const age = this.anchorAge;
    const says =
      age === undefined
        ? 'No anchor is kept: `log.anchor-file` is not set.'
        : `The anchor was up to date ${Math.round(age / 1000)} s ago.`;
    return { name: 'anchor', ok: age !== undefined && age < ANCHOR_LATE, says };
  }

  #keysOf(issuer: string): Finding {
    const { failures, fetchedAt, cause } = this.#issuers.get(issuer) ?? {
      failures: 0,
      fetchedAt: undefined,
      cause: '',
    };
    const had = fetchedAt === undefined ? 'never' : `${Math.round((this.#clock.now() - fetchedAt) / 1000)} s ago`;
    const says =
      failures === 0
        ? `The keys were fetched ${fetchedAt === undefined ? 'not yet: no job has come' : had}.`
        : `The keys cannot be fetched (${failures} failures in a row, the last good answer ${had}): ${messageOf(cause)}`;
    return { name: `issuer ${issuer}`, ok: failures === 0, says };
  }
}

const ANCHOR_LATE: Millis = 60_000;

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'no reason was given');
