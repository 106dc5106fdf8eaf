// One telling of a story: a job of its own with its secrets, the credentials that it was handed, and what must hold at the end.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import type { LoggedEntry } from '../support/check-log.ts';
import type { FaultyStore } from '../support/faulty-store.ts';
import { type Answer, newSecret, type TestBroker } from '../support/test-broker.ts';

interface Ask {
  readonly scope: string;
  readonly secret: string;
  readonly claims: { readonly run_id: string };
}

/** What stays from round to round. */
export interface World {
  readonly broker: TestBroker;
  readonly store: FaultyStore;
  readonly time: { now: number };
  /** by the secret of its ask, every credential that was handed out */
  readonly handed: Map<string, Set<string>>;
  running: boolean;
  /** how many stories were told */
  rounds: number;
  /** what the other side made and could not tell us of: only a crash or a broken connection does that */
  answersLost: number;
}

const TRIES = 8;
const BETWEEN_TRIES_MS = 61_000;
/** Longer than people have to decide. */
const NOBODY_DECIDES_MS = 31 * 60_000;

export class Round {
  readonly world: World;
  readonly run: string;
  readonly #asks = new Map<string, Ask>();
  #secret = newSecret();
  #asRun: string;
  #token: string | undefined;
  #lease: string | undefined;
  #waits = '';

  constructor(world: World) {
    this.world = world;
    world.rounds += 1;
    this.run = String(world.rounds);
    this.#asRun = this.run;
  }

  get broker(): TestBroker {
    return this.world.broker;
  }

  get store(): FaultyStore {
    return this.world.store;
  }

  /** The same job with another ask. */
  anew(): this {
    this.#secret = newSecret();
    return this;
  }

  /** Another job with the same secret. */
  otherJob(): this {
    this.#asRun = `${this.run}0000`;
    return this;
  }

  async ask(scope = 'shop/publish-preview'): Promise<Answer> {
    const ask = { scope, secret: this.#secret, claims: { run_id: this.#asRun } };
    if (this.#asRun === this.run) this.#asks.set(this.#secret, ask);
    return this.#noted(ask, await this.broker.ask(ask));
  }

  async askWithOneToken(): Promise<Answer> {
    this.#token ??= await this.broker.token({ run_id: this.run });
    const ask = { scope: 'shop/publish-preview', secret: this.#secret, claims: { run_id: this.run } };
    return this.#noted(ask, await this.broker.ask({ ...ask, token: this.#token }));
  }

  #noted(ask: Ask, answer: Answer): Answer {
    if (answer.body?.error === 'authorization_pending') this.#waits = answer.body.request_id;
    if (answer.status !== 200) return answer;
    const handed = this.world.handed.get(ask.secret) ?? new Set();
    this.world.handed.set(ask.secret, handed.add(answer.body.access_token));
    this.#lease = answer.body.lease_id;
    return answer;
  }

  async giveBack(): Promise<void> {
    await this.broker.returnLease(this.#lease ?? '', this.#secret);
    this.#asks.clear();
  }

  /** The newest request that waits for people. */
  get waits(): { readonly id: string } {
    return { id: this.#waits };
  }

  async takeBack(): Promise<void> {
    const headers = { authorization: `Bearer ${this.#secret}` };
    await this.broker.fetch(`/v1/requests/${this.#waits}`, { method: 'DELETE', headers });
  }

  background(): Promise<void> {
    return this.broker.running.runBackground();
  }

  pass(milliseconds: number): void {
    this.world.time.now += milliseconds;
  }

  async stop(): Promise<void> {
    if (this.world.running) await this.broker.running.close();
    this.world.running = false;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.broker.start();
    this.world.running = true;
  }

  /** A broker before its first start, in the place of this one. */
  async stopAndForget(): Promise<void> {
    await this.stop();
    const { store, log } = this.broker.config;
    for (const file of [store.path, `${store.path}-wal`, `${store.path}-shm`, log.anchorFile ?? ''])
      rmSync(file, { force: true });
    this.world.handed.clear();
    this.broker.provider.issued.length = 0;
    this.broker.provider.revoked.length = 0;
  }

  /** All goes well again: the broker runs, every ask ends, and what waits is done; then what must hold holds, and later too. */
  async end(): Promise<void> {
    if (!this.world.running) await this.restart();
    for (const ask of this.#asks.values()) await this.#untilItEnds(ask);
    await this.background();
    await this.#check();
    for (let time = 0; time < 3; time += 1) {
      this.pass(BETWEEN_TRIES_MS);
      await this.background();
    }
    await this.#check();
  }

  /** As a job does: the same secret with fresh tokens, and a new one where it is told so. */
  async #untilItEnds(ask: Ask): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { status, body } = this.#noted(ask, await this.broker.ask(ask));
      if (status === 200 || body.error === 'access_denied' || body.error === 'expired_token') return;
      if (body.code === 'REQUEST_SPENT') return this.#untilItEnds({ ...ask, secret: newSecret() });
      if (body.error === 'authorization_pending' || body.error === 'slow_down') {
        this.pass(NOBODY_DECIDES_MS);
        continue;
      }
      expect(status, body.error_description).toBe(503);
      this.pass(BETWEEN_TRIES_MS);
      await this.background();
    }
    expect.fail(`the ask did not end in ${TRIES} tries`);
  }

  async #check(): Promise<void> {
    const entries = await expectBooksInOrder(this.broker, this.world.time.now);
    expect(problemsInHand(this.world, entries)).toEqual([]);
  }
}

/** No credential without its entry, none for an ask that has one, and none left at the other side. */
function problemsInHand({ handed, broker, answersLost }: World, entries: readonly LoggedEntry[]): string[] {
  const logged = new Set(entries.map((entry) => entry['fingerprint']));
  const out = [...handed.values()].flatMap((tokens) => [...tokens]);
  const { issued, revoked } = broker.provider;
  const strays = issued.filter((token) => !out.includes(token) && !revoked.includes(token));
  return [
    ...out.filter((token) => !logged.has(fingerprint(token))).map(() => 'a credential was handed out unlogged'),
    ...[...handed.values()].filter(({ size }) => size > 1).map(() => 'one ask got two credentials'),
    ...(strays.length > answersLost ? [`${strays.length} credentials at the other side that nobody has`] : []),
  ];
}

const fingerprint = (token: string): string => createHash('sha256').update(token).digest('hex');
