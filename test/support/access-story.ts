// What the stories about ending access share: people of security and others, a project whose credentials can be revoked or not, and a
// clock that the story moves.
import { type PersonBrowser, signIn, type Visit } from './person-browser.ts';
import { ORGANIZATION, SHOP } from './policy-files.ts';
import { type Answer, newSecret, TestBroker, type TestBrokerOptions } from './test-broker.ts';

const MORNING = Date.UTC(2026, 10, 23, 9);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const TEAM = 'octo-org/release-managers';
const PEOPLE = [
  { name: 'Sam', id: '9004', groups: ['security'] },
  { name: 'Rita', id: '9006', groups: ['security'] },
  { name: 'Alex', id: '9002', groups: ['releases'] },
  { name: 'Toni', id: '9005', groups: [] },
];
const TEAMS = `  octo-org/security: { sign-in: demo, group: security }\n  ${TEAM}: { sign-in: demo, group: releases }`;

/** Somebody who asks for the credential of another system, and may be approved. */
const POLICIES = {
  'shop.yaml': SHOP.replace(/(approve-me:[\s\S]*?)risk: high/, '$1risk: low'),
  '_organization.yaml': ORGANIZATION.replace(new RegExp(`  ${TEAM}: .*`), TEAMS),
};

export const accessOptions = (): TestBrokerOptions => ({
  people: PEOPLE,
  policies: POLICIES,
  roles: { security: ['octo-org/security'], operators: [] },
});

export interface Issued {
  readonly lease: string;
  readonly token: string;
  readonly secret: string;
}

export class AccessStory {
  readonly broker: TestBroker;
  readonly time: { now: number };

  private constructor(broker: TestBroker, time: { now: number }) {
    this.broker = broker;
    this.time = time;
  }

  static async start(options: TestBrokerOptions = {}): Promise<AccessStory> {
    const time = { now: MORNING };
    const clock = { now: () => time.now };
    return new AccessStory(
      await TestBroker.start({ ...accessOptions(), clock, background: 'by-hand', ...options }),
      time,
    );
  }

  /** A job gets a credential: of another system, which revokes it, unless it names another entitlement. */
  async issue(claims: Readonly<Record<string, unknown>> = {}, name = 'upstream'): Promise<Issued> {
    const secret = newSecret();
    const { status, body } = await this.broker.ask({ scope: `shop/${name}`, secret, claims });
    if (status !== 200) throw new Error(`not issued: ${status} ${JSON.stringify(body)}`);
    return { lease: body.lease_id, token: body.access_token, secret };
  }

  ask(name = 'upstream'): Promise<Answer> {
    return this.broker.ask({ scope: `shop/${name}` });
  }

  /** Somebody who has just shown once more that it is them. */
  async person(name: string): Promise<PersonBrowser> {
    const browser = await signIn(this.broker, name);
    await browser.follow('/sign-in/demo?step-up=1');
    return browser;
  }

  async revoke(name: string, of: object, reason = 'It leaked.'): Promise<Visit> {
    return (await this.person(name)).post('/v1/revocations', { of, reason });
  }

  async pause(name: string, of: object, more: object = {}): Promise<Visit> {
    return (await this.person(name)).post('/v1/pauses', { of, reason: 'Under attack.', ...more });
  }

  async resume(name: string, id: string): Promise<Visit> {
    return (await this.person(name)).post(`/v1/pauses/${id}/resume`, { reason: 'It is over.' });
  }

  /** What is left of a lease, as the list has it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
  async lease(id: string): Promise<any> {
    const { body } = await (await this.person('Sam')).get('/v1/leases?limit=100');
    return body.leases.find((one: { id: string }) => one.id === id);
  }

  background(): Promise<void> {
    return this.broker.running.runBackground();
  }

  pass(milliseconds: number): void {
    this.time.now += milliseconds;
  }

  types = async (): Promise<readonly string[]> => (await this.broker.entries()).map(({ type }) => type);

  close(): Promise<void> {
    return this.broker.close();
  }
}
