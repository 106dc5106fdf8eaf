// What the stories about approvals share: people of a release team, a project whose entitlements need them, and a job that waits.

import { type PersonBrowser, signIn, type Visit } from './person-browser.ts';
import { type Answer, type AskOptions, newSecret, TestBroker, type TestBrokerOptions } from './test-broker.ts';

/** The actor of every job here, unless it says another. */
export const ROBIN = { actor: 'robin', actor_id: '9001' };

export const PEOPLE = [
  { name: 'Robin', id: '9001', groups: ['releases'] },
  { name: 'Alex', id: '9002', groups: ['releases'] },
  { name: 'Kim', id: '9003', groups: ['releases'] },
  { name: 'Sam', id: '9004', groups: ['security'] },
  { name: 'Toni', id: '9005', groups: [] },
];

export const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
  octo-org/releases: { sign-in: demo, group: releases }
  octo-org/security: { sign-in: demo, group: security }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: jwt, audiences: [ https://deploy.example.com ] }
`;

const entitlement = (name: string, approval: string, more = ''): string => `
  ${name}:
    title: Deploy the web shop
    risk: low
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    approval: ${approval}
    allow: [ { branch: main, event: [push, workflow_dispatch]${more} } ]`;

export const SHOP = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${entitlement('deploy', '{ by: octo-org/releases, within: 30m }')}${entitlement(
  'two',
  '{ by: octo-org/releases, count: 2 }',
)}${entitlement('self', '{ by: octo-org/releases, self: allowed }')}${entitlement(
  'run',
  '{ by: octo-org/releases, covers: run, issuances: 2 }',
)}${entitlement('mornings', '{ by: octo-org/releases }', ', time: { zone: UTC, between: "08:00-12:00" }')}${entitlement(
  'risky',
  '{ by: octo-org/releases }',
).replace('risk: low', 'risk: high')}
`;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** 2026-11-23, a Monday, nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);

interface Said {
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
}

const LISTEN = { listen: { admin: { host: '127.0.0.1', port: 0 } } };

export class ApprovalStory {
  readonly broker: TestBroker;
  readonly #time: { now: number };

  private constructor(broker: TestBroker, time: { now: number }) {
    this.broker = broker;
    this.#time = time;
  }

  static async start(options: TestBrokerOptions = {}): Promise<ApprovalStory> {
    const time = { now: MORNING };
    const roles = { security: ['octo-org/security'], operators: [] };
    const policies = { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION };
    const clock = { now: () => time.now };
    const broker = await TestBroker.start({
      people: PEOPLE,
      policies,
      roles,
      clock,
      background: 'by-hand',
      ...LISTEN,
      ...options,
    });
    return new ApprovalStory(broker, time);
  }

  get now(): number {
    return this.#time.now;
  }

  pass(milliseconds: number): void {
    this.#time.now += milliseconds;
  }

  /** Nine in the morning of the next day, in UTC, whatever time it is. */
  passToMorning(): void {
    const nextDay = (Math.floor(this.#time.now / DAY) + 1) * DAY;
    this.#time.now = nextDay + 9 * HOUR;
  }

  /** A job asks and is told to wait. */
  async ask(
    name = 'deploy',
    claims: Readonly<Record<string, unknown>> = {},
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<WaitingJob> {
    const asked = { secret: newSecret(), scope: `shop/${name}`, claims: { ...ROBIN, ...claims }, parameters };
    const job = new WaitingJob(this.broker, asked);
    const { body, status } = await job.collect();
    if (body.error !== 'authorization_pending') throw new Error(`not pending: ${status} ${JSON.stringify(body)}`);
    return job;
  }

  /** How many jobs hold a connection, as the operator's port says. */
  async waiting(): Promise<number> {
    const metrics = await fetch(`http://127.0.0.1:${this.broker.running.adminPort}/metrics`);
    return Number(/^buildpass_jobs_waiting (\d+)$/m.exec(await metrics.text())?.[1]);
  }

  person(name: string): Promise<PersonBrowser> {
    return signIn(this.broker, name);
  }

  /** Somebody opens the link of a request and decides on what they see; where they see nothing, on anything. */
  async decide(name: string, job: WaitingJob, said: 'approve' | 'reject' | Said): Promise<Visit> {
    const { verdict, reason } = typeof said === 'string' ? { verdict: said, reason: 'Looks fine.' } : said;
    const browser = await this.person(name);
    const { body } = await browser.get(`/v1/requests/${job.id}`);
    const binding = body?.approval?.binding ?? 'a'.repeat(64);
    return browser.post(`/v1/requests/${job.id}/verdicts`, { verdict, reason, binding });
  }

  close(): Promise<void> {
    return this.broker.close();
  }
}

export class WaitingJob {
  id = '';
  readonly #broker: TestBroker;
  readonly #ask: AskOptions & { readonly secret: string };

  constructor(broker: TestBroker, ask: AskOptions & { readonly secret: string }) {
    this.#broker = broker;
    this.#ask = ask;
  }

  get secret(): string {
    return this.#ask.secret;
  }

  /** Asks with a fresh token and the same secret. */
  async collect(): Promise<Answer> {
    const answer = await this.#broker.ask(this.#ask);
    this.id = answer.body.request_id ?? this.id;
    return answer;
  }

  status(wait = 0, secret = this.#ask.secret): Promise<Answer> {
    const headers = { authorization: `Bearer ${secret}` };
    return this.#broker.fetch(`/v1/requests/${this.id}?wait=${wait}`, { headers });
  }

  withdraw(secret = this.#ask.secret): Promise<Answer> {
    const headers = { authorization: `Bearer ${secret}` };
    return this.#broker.fetch(`/v1/requests/${this.id}`, { method: 'DELETE', headers });
  }
}
