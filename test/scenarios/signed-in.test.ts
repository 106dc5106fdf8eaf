// A person signs in, is who they are, and signs out; and whoever plants, replays or forges any of it gets nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PersonBrowser, signIn } from '../support/person-browser.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const SESSION = '__Host-buildpass';
const PEOPLE = [
  { name: 'Robin', id: '9001', groups: [] },
  { name: 'Alex', id: '9002', groups: ['release-managers', 'security'] },
];
const TEAMS = `teams:
  octo-org/release-managers: { sign-in: demo, group: release-managers }
  octo-org/security: { sign-in: demo, group: security }
`;
const policies = {
  'shop.yaml': SHOP,
  '_organization.yaml': ORGANIZATION.replace('teams:\n', TEAMS).replace(
    /^ {2}octo-org\/release-managers: \{ github.*\n/m,
    '',
  ),
};

let broker: TestBroker;
const time = { ahead: 0 };
beforeAll(async () => {
  const roles = { security: ['octo-org/security'], operators: ['octo-org/nobody'] };
  const clock = { now: () => Date.now() + time.ahead };
  broker = await TestBroker.start({ people: PEOPLE, policies, roles, clock, background: 'by-hand' });
});
afterAll(() => broker.close());

describe('a person who signed in', () => {
  it('is who they are, with teams and roles by the organization’s file', async () => {
    const alex = await signIn(broker, 'Alex');
    const { status, body } = await alex.get('/v1/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'Alex',
      principal: expect.stringMatching(/^prn_/),
      identities: [{ provider: 'github', provider_id: '9002', name: 'Alex' }],
      teams: ['octo-org/release-managers', 'octo-org/security'],
      roles: ['security'],
      step_up: { methods: ['provider'] },
    });
  });

  it('is the same person as the actor of a job', async () => {
    await broker.ask({ claims: { actor: 'robin', actor_id: '9001' } });
    const actor = await broker.running.store.read((tx) =>
      tx.principals.find({ provider: 'github', providerId: '9001' }),
    );
    expect((await (await signIn(broker, 'Robin')).get('/v1/me')).body.principal).toBe(actor);
  });

  it('has a cookie that no other host, path, page or script gets at', async () => {
    const { line } = (await signIn(broker, 'Robin')).cookie(SESSION) ?? {};
    expect(line).toMatch(/^__Host-buildpass=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  });

  it('is signed out for good', async () => {
    const robin = await signIn(broker, 'Robin');
    const cookie = `${SESSION}=${robin.cookie(SESSION)?.value}`;
    expect((await robin.post('/v1/sign-out')).status).toBe(204);
    expect(robin.cookie(SESSION)).toBeUndefined();
    const { status, body } = await robin.get('/v1/me', { headers: { cookie } });
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'SIGN_IN_REQUIRED' });
  });

  it('can sign out everywhere, and nobody else is', async () => {
    const [here, there, other] = [
      await signIn(broker, 'Robin'),
      await signIn(broker, 'Robin'),
      await signIn(broker, 'Alex'),
    ];
    await here.post('/v1/sign-out-everywhere');
    expect([(await there.get('/v1/me')).status, (await other.get('/v1/me')).status]).toEqual([401, 200]);
  });

  it.each([
    ['an hour without a call', [61 * 60_000]],
    ['twelve hours of calls', Array.from({ length: 13 }, () => 59 * 60_000)],
  ])('is not any more after %s', async (_name, pauses) => {
    const robin = await signIn(broker, 'Robin');
    expect((await robin.get('/v1/me')).status).toBe(200);
    const answers = [];
    for (const pause of pauses) {
      time.ahead += pause;
      answers.push((await robin.get('/v1/me')).status);
    }
    expect(answers.slice(0, -1).every((status) => status === 200)).toBe(true);
    expect(answers.at(-1)).toBe(401);
  });

  it('leaves no row behind when the session is over', async () => {
    await signIn(broker, 'Robin');
    time.ahead += 2 * 3_600_000;
    await broker.running.runBackground();
    expect(await broker.running.store.commit((tx) => tx.sessions.forget({ endedBefore: 1e15, idleSince: 1e15 }))).toBe(
      0,
    );
  });
});

describe('a link of the demo', () => {
  it('works once', async () => {
    const link = broker.running.demoLink('Robin');
    await new PersonBrowser(broker).visit(link);
    const second = new PersonBrowser(broker);
    expect((await second.visit(link)).location).toBe(`${BROKER_URL}/sign-in?error=SIGN_IN_EXPIRED`);
    expect((await second.get('/v1/me')).status).toBe(401);
  });

  it('does not exist in a broker that was started without demo people', async () => {
    const real = await TestBroker.start({ background: 'by-hand' });
    const visit = await new PersonBrowser(real).get('/sign-in/demo?link=x');
    expect(visit.status).toBe(404);
    await real.close();
  });
});

describe('whoever attacks a sign-in', () => {
  it('gains nothing from a session planted before it (fixation)', async () => {
    const planted = await signIn(broker, 'Alex');
    const victim = new PersonBrowser(broker);
    const cookie = `${SESSION}=${planted.cookie(SESSION)?.value}`;
    await victim.visit(broker.running.demoLink('Robin'), { headers: { cookie } });
    expect((await planted.get('/v1/me')).status).toBe(401);
    expect(victim.cookie(SESSION)?.value).not.toBe(planted.cookie(SESSION)?.value);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example.com' }],
    ['no origin', { origin: '' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour of the same site', { 'sec-fetch-site': 'same-site' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form that looks like JSON', { 'content-type': 'text/plain' }],
  ])('changes nothing from %s (CSRF)', async (_name, headers) => {
    const robin = await signIn(broker, 'Robin');
    const { status, body } = await robin.post('/v1/sign-out', {}, { headers: headers as Record<string, string> });
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'CROSS_SITE' });
    expect((await robin.get('/v1/me')).status).toBe(200);
  });

  it.each([
    '//evil.example.com',
    'https://evil.example.com',
    '/\\evil.example.com',
    '/%0d%0ax',
    'javascript:1',
    '/a\tb',
    '/\t/evil',
  ])('leads nobody away by return=%j (open redirect)', async (to) => {
    const link = `${broker.running.demoLink('Robin')}&return=${encodeURIComponent(to)}`;
    const { location } = await new PersonBrowser(broker).visit(link);
    expect(location?.startsWith(`${BROKER_URL}/`)).toBe(true);
    expect(new URL(location ?? '').hostname).toBe('buildpass.example.com');
  });

  it('is led back to the page that was wanted', async () => {
    const link = `${broker.running.demoLink('Robin')}&return=${encodeURIComponent('/requests/req_1?a=b')}`;
    expect((await new PersonBrowser(broker).visit(link)).location).toBe(`${BROKER_URL}/requests/req_1?a=b`);
  });

  it('is not believed with two session cookies', async () => {
    const robin = await signIn(broker, 'Robin');
    const one = `${SESSION}=${robin.cookie(SESSION)?.value}`;
    expect((await robin.get('/v1/me', { headers: { cookie: `${one}; ${one}` } })).status).toBe(401);
  });

  it('cannot frame what people see (clickjacking)', async () => {
    const { headers } = await new PersonBrowser(broker).get('/sign-in');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('reads no token of a session out of the store', async () => {
    const robin = await signIn(broker, 'Robin');
    const row = await broker.running.store.read((tx) => tx.sessions.find(robin.cookie(SESSION)?.value ?? ''));
    expect(row).toBeUndefined();
  });

  it('gets no page on another host', async () => {
    const visit = await new PersonBrowser(broker).get('/sign-in', { headers: { host: 'evil.example.com' } });
    expect(visit.status).toBe(404);
  });
});

describe('a step-up', () => {
  it('gives the session another token, and the old one is worth nothing', async () => {
    const robin = await signIn(broker, 'Robin');
    const before = robin.cookie(SESSION)?.value;
    await robin.get('/sign-in/demo?step-up=1&return=/requests');
    expect((await robin.get('/v1/me')).body.step_up).toMatchObject({ method: 'provider' });
    expect((await robin.get('/v1/me', { headers: { cookie: `${SESSION}=${before}` } })).status).toBe(401);
  });
});

describe('an account of a program', () => {
  it('does not sign in, whoever has its keys', async () => {
    await broker.ask({ claims: { actor: 'deployer[bot]', actor_id: '9001777' } });
    const other = await TestBroker.start({
      people: [{ name: 'Bot', id: '9001777', groups: [] }],
      background: 'by-hand',
    });
    await other.ask({ claims: { actor: 'deployer[bot]', actor_id: '9001777' } });
    const visit = await new PersonBrowser(other).visit(other.running.demoLink('Bot'));
    expect(visit.location).toBe(`${BROKER_URL}/sign-in?error=SIGN_IN_REFUSED`);
    await other.close();
  });
});
