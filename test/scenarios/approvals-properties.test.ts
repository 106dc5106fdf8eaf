// Whatever jobs, people, time and policies do, and in whatever order: a credential stands on enough approvals of exactly what was
// asked, by others than who asked, in time, and no more often than the policy says. Told against a model, over HTTP.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApprovalModel, type Asked, NAMES, type Name } from '../support/approval-model.ts';
import { ApprovalStory, SHOP } from '../support/approval-story.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import type { PersonBrowser, Visit } from '../support/person-browser.ts';
import { type Answer, newSecret } from '../support/test-broker.ts';

const MINUTE = 60_000;
const PEOPLE = ['Robin', 'Alex', 'Kim', 'Sam'] as const;
/** Two jobs of one run, that Robin started, and one of another, that Alex did. */
const JOBS = [
  { run: 'a', job: '1', requester: 'Robin', actor_id: '9001' },
  { run: 'a', job: '2', requester: 'Robin', actor_id: '9001' },
  { run: 'b', job: '3', requester: 'Alex', actor_id: '9002' },
] as const;

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      job: fc.nat(2),
      name: fc.constantFrom(...NAMES, 'deploy' as const, 'deploy' as const, 'run' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ do: fc.constant('decide' as const), ask: fc.nat(20), by: fc.constantFrom(...PEOPLE) },
      verdict: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'reject' as const),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('collect' as const), ask: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect otherwise' as const), ask: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), ask: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(5, 20, 31) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Ask {
  readonly id: string;
  readonly of: Asked;
  readonly secret: string;
  readonly claims: Readonly<Record<string, string>>;
  /** undefined where it got its credential without waiting */
  readonly approval: string | undefined;
  over: boolean;
  /** it got its credential; the same answer comes again for two minutes only */
  collected: boolean;
}

let story: ApprovalStory;
let told = 0;
const browsers = new Map<string, PersonBrowser>();
beforeAll(async () => {
  story = await ApprovalStory.start({ limits: { requests: { count: 1_000_000, per: 1_000 }, refusedShare: 1 } });
});
afterAll(() => story.close());

/** A session is over after an hour, and here hours pass. */
async function as(name: string, act: (browser: PersonBrowser) => Promise<Visit>): Promise<Visit> {
  const known = browsers.get(name);
  const visit = known && (await act(known));
  if (visit !== undefined && visit.status !== 401) return visit;
  const browser = await story.person(name);
  browsers.set(name, browser);
  return act(browser);
}

class Telling {
  readonly #model = new ApprovalModel();
  readonly #asks: Ask[] = [];
  #version = 'web shop';
  #now = 0;

  async tell(steps: readonly Step[]): Promise<void> {
    told += 1;
    for (const one of steps) await this.#take(one);
    if (this.#version !== 'web shop') await this.#change();
  }

  get #at() {
    return { version: this.#version, now: this.#now };
  }

  async #take(one: Step): Promise<void> {
    if (one.do === 'ask') return this.#ask(one);
    if (one.do === 'pass') return this.#pass(one.minutes * MINUTE);
    if (one.do === 'sweep') return this.#sweep();
    if (one.do === 'change') return this.#change();
    // Mostly of the newest: what is over long ago is seldom interesting.
    const ask = this.#asks.at(-1 - (one.ask % Math.min(4, Math.max(1, this.#asks.length))));
    if (ask === undefined) return;
    if (one.do === 'decide') return this.#decide(ask, one);
    if (one.do === 'collect') return this.#collect(ask);
    if (one.do === 'collect otherwise') return this.#collectOtherwise(ask);
    return this.#withdraw(ask);
  }

  async #ask({ job: index, name }: { job: number; name: Name }): Promise<void> {
    const { actor_id, ...job } = JOBS[index] ?? JOBS[0];
    const of = { name, version: this.#version, ...job };
    const claims = {
      run_id: `${told}${job.run === 'a' ? 1 : 2}`,
      check_run_id: `${told}${job.job}`,
      actor: job.requester,
      actor_id,
    };
    const secret = newSecret();
    const { body, status } = await story.broker.ask({ scope: `shop/${name}`, secret, claims });
    const approval = status === 200 ? undefined : await this.#approvalOf(body.request_id);
    const ask = { ...{ id: body.request_id, of, secret, claims, approval }, over: false, collected: false };
    this.#asks.push(ask);
    if (approval === undefined) this.#issued(ask, body);
    else this.#waits(ask, approval, body.error);
  }

  #waits(ask: Ask, approval: string, error: string): void {
    expect(error).toBe('authorization_pending');
    this.#model.waits(approval, ask.of, this.#now);
    // A second pending request of one job for one entitlement withdraws the first.
    for (const other of this.#asks.slice(0, -1))
      if (other.of.job === ask.of.job && other.of.name === ask.of.name && this.#isPending(other)) this.#end(other);
  }

  async #approvalOf(id: string): Promise<string> {
    return (await as('Sam', (sam) => sam.get(`/v1/requests/${id}`))).body.approval.id;
  }

  #isPending = ({ over, approval }: Ask): boolean => !over && approval !== undefined && this.#model.isPending(approval);

  /** Taken back; its approval with it where no other ask waits for that. */
  #end(ask: Ask): void {
    ask.over = true;
    const shared = this.#asks.some((other) => !other.over && other.approval === ask.approval);
    if (ask.approval !== undefined && !shared) this.#model.ends(ask.approval);
  }

  #issued(ask: Ask, body: Answer['body']): void {
    ask.collected = true;
    const entry = JSON.parse(Buffer.from(body.receipt.entry, 'base64').toString());
    expect(entry.approvals).toHaveLength(1);
    const at = { issuance: body.issuance_id, now: this.#now };
    this.#model.collected(entry.approvals[0], { ...ask.of, version: this.#version }, at);
  }

  async #collect(ask: Ask): Promise<void> {
    const { of, secret, claims, approval, over, collected } = ask;
    const must = !over && !collected && approval !== undefined && this.#model.mustCollect(approval, this.#at);
    const { body, status } = await story.broker.ask({ scope: `shop/${of.name}`, secret, claims });
    if (status === 200) {
      expect(over).toBe(false);
      return this.#issued(ask, body);
    }
    expect({ must, status, body }).toMatchObject({ must: false, status: 400 });
    if (body.error === 'access_denied' || body.error === 'expired_token') ask.over = true;
  }

  /** As another job, or with something else asked: nothing is answered from it, and nothing in it changes. */
  async #collectOtherwise({ of, secret, claims }: Ask): Promise<void> {
    const scope = `shop/${of.name}`;
    const other = await story.broker.ask({ scope, secret, claims: { ...claims, sha: 'f'.repeat(40) } });
    const more = await story.broker.ask({ scope, secret, claims, parameters: { ttl: '120' } });
    expect([other.body.code, more.body.code]).toEqual(['REQUEST_OF_ANOTHER_JOB', 'REQUEST_MISMATCH']);
  }

  async #decide(ask: Ask, { by, verdict }: { by: string; verdict: 'approve' | 'reject' }): Promise<void> {
    const { approval, id } = ask;
    if (approval === undefined) return;
    const { body } = await as(by, (browser) => browser.get(`/v1/requests/${id}`));
    const { binding } = body.approval;
    const said = { verdict, reason: 'As agreed.', binding };
    const { status } = await as(by, (browser) => browser.post(`/v1/requests/${id}/verdicts`, said));
    expect([200, 403, 409, 410]).toContain(status);
    if (status !== 200) return;
    expect(this.#model.mayDecide(approval, by, this.#at)).toBe(true);
    this.#model.decided(approval, by, { verdict, now: this.#now });
  }

  async #withdraw(ask: Ask): Promise<void> {
    const headers = { authorization: `Bearer ${ask.secret}` };
    const { body } = await story.broker.fetch(`/v1/requests/${ask.id}`, { method: 'DELETE', headers });
    if (body.state === 'withdrawn' && !ask.over) this.#end(ask);
  }

  #pass(time: number): void {
    story.pass(time);
    this.#now += time;
  }

  async #sweep(): Promise<void> {
    await story.broker.running.runBackground();
    this.#model.sweep(this.#at);
  }

  async #change(): Promise<void> {
    this.#version = this.#version === 'web shop' ? 'whole shop' : 'web shop';
    story.broker.writePolicy('shop.yaml', SHOP.replaceAll('Deploy the web shop', `Deploy the ${this.#version}`));
    expect(await story.broker.running.reload()).toMatchObject({ outcome: 'in-force' });
  }
}

describe('jobs that people must approve', () => {
  it('never get more than people agreed to, whatever happens', { timeout: 240_000 }, async () => {
    const steps = fc.array(step, { minLength: 20, maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, (all) => new Telling().tell(all)),
      { numRuns: 25, interruptAfterTimeLimit: 120_000, endOnFailure: true },
    );
    await expectBooksInOrder(story.broker);
  });
});
