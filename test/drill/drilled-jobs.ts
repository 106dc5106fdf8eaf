// The load of a drill: jobs that ask as the action does, each ask with one secret and a fresh token for every try, until it ends.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { GRANT_TYPE, ID_TOKEN_TYPE, type Issued, issuedSchema } from '../../shared/api.ts';
import { type VerifiedReceipt, verifyReceipt } from '../../shared/receipt.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import type { GithubIssuer } from '../support/github-issuer.ts';
import type { Random } from './random.ts';

export interface JobsOptions {
  readonly url: string;
  readonly audience: string;
  readonly issuer: GithubIssuer;
  readonly verifier: NoteVerifier;
  readonly random: Random;
}

/** What came of the asks; a credential is known by its text. */
export class Jobs {
  asks = 0;
  tries = 0;
  answers = 0;
  /** asks that ended without a credential, as they are told: an outcome that nobody knows, or a credential withheld */
  spent = 0;
  /** asks that did not end, though their job tried as long as the action does */
  lost = 0;
  /** by secret, every credential that was handed out for it */
  readonly handed = new Map<string, Set<string>>();
  /** leases whose return was confirmed */
  readonly returned = new Set<string>();
  /** answers that should not be */
  readonly problems: string[] = [];
  newestReceipt: VerifiedReceipt | undefined;
  #runs = 0;
  #stopping = false;
  readonly #options: JobsOptions;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** So many jobs at a time, one after another; resolves when they have ended after `stop`. */
  async run(atOnce: number): Promise<void> {
    const one = async (): Promise<void> => {
      while (!this.#stopping) await this.#job();
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  }

  stop(): void {
    this.#stopping = true;
  }

  async #job(): Promise<void> {
    const { random } = this.#options;
    this.#runs += 1;
    const job = { run: String(this.#runs), scope: random.percent(50) ? 'shop/upstream' : 'shop/publish-preview' };
    const secret = newSecret();
    const issued = await this.#askUntilItEnds(job, secret);
    // Some ask again, as after an answer that was lost; some give back what they got.
    if (issued !== undefined && random.percent(10)) await this.#askUntilItEnds(job, secret);
    if (issued !== undefined && random.percent(50)) await this.#giveBack(issued.lease_id, secret);
  }

  async #askUntilItEnds(job: Job, secret: string): Promise<Issued | undefined> {
    this.asks += 1;
    const answer = await this.#untilAnswered(() => this.#post(job, secret));
    if (answer === undefined) {
      this.lost += 1;
      return undefined;
    }
    if (answer.status === 200) return this.#accept(await answer.json(), secret);
    const { code } = (await answer.json()) as { code?: string };
    if (code === 'REQUEST_SPENT') this.spent += 1;
    else this.problems.push(`${job.scope}: ${answer.status} ${code}`);
    return undefined;
  }

  #accept(body: unknown, secret: string): Issued {
    const issued = issuedSchema.parse(body);
    this.newestReceipt = verifyReceipt(issued.receipt, [this.#options.verifier]);
    const handed = this.handed.get(secret) ?? new Set();
    this.handed.set(secret, handed.add(issued.access_token));
    return issued;
  }

  async #giveBack(leaseId: string, secret: string): Promise<void> {
    const headers = { authorization: `Bearer ${secret}` };
    const url = `${this.#options.url}/v1/leases/${leaseId}`;
    const answer = await this.#untilAnswered(() => send(url, { method: 'DELETE', headers }));
    await answer?.arrayBuffer();
    if (answer?.status === 200 || answer?.status === 204) this.returned.add(leaseId);
    else this.problems.push(`return: ${answer?.status}`);
  }

  /** Tries again where a broker is gone or says that it will pass; undefined where it never did. */
  async #untilAnswered(act: () => Promise<Response>): Promise<Response | undefined> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (performance.now() < giveUpAt) {
      this.tries += 1;
      const answer = await act().catch(() => undefined);
      this.answers += answer === undefined ? 0 : 1;
      if (answer !== undefined && !PASSING.has(answer.status)) return answer;
      await answer?.arrayBuffer().catch(() => undefined);
      await delay(this.#options.random.below(PAUSE_MS));
    }
    return undefined;
  }

  async #post({ run, scope }: Job, secret: string): Promise<Response> {
    const form = {
      grant_type: GRANT_TYPE,
      subject_token: await this.#options.issuer.mint({ aud: this.#options.audience, run_id: run }),
      subject_token_type: ID_TOKEN_TYPE,
      scope,
      request_secret: secret,
    };
    return send(`${this.#options.url}/v1/token`, { method: 'POST', body: new URLSearchParams(form) });
  }
}

interface Job {
  readonly run: string;
  readonly scope: string;
}

/** What the action tries again after. */
const PASSING = new Set([429, 502, 503, 504]);
/** As long as the action is patient. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 100;

const newSecret = (): string => randomBytes(32).toString('base64url');

/** The whole answer, or none: a connection that breaks half-way is a try that failed. */
async function send(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const body = answer.status === 204 ? null : await answer.arrayBuffer();
  return new Response(body, { status: answer.status });
}
