// People sign in with OpenID Connect, at a provider that we did not write.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OidcClient } from '../../broker/sign-in/provider.ts';
import { type PeopleProvider, startPeopleProvider } from '../support/people-provider.ts';
import { PersonBrowser, type Visit } from '../support/person-browser.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const SESSION = '__Host-buildpass';
const CALLBACK = new RegExp(`^${BROKER_URL}/sign-in/sso/callback`);
const ANNA = { sub: 'a1', name: 'Anna', groups: ['b7e2c1', 'elsewhere'] };
const BEN = { sub: 'b2', name: 'Ben', groups: [] };
const policies = {
  'shop.yaml': SHOP,
  '_organization.yaml': ORGANIZATION.replace(
    'teams:\n',
    'teams:\n  octo-org/product: { sign-in: sso, group: b7e2c1 }\n',
  ),
};

let broker: TestBroker;
let sso: PeopleProvider;
let telling: PeopleProvider;
const time = { ahead: 0 };

const client = (directory: string, { clientId, clientSecret, issuer }: PeopleProvider, name: string): OidcClient => {
  const clientSecretFile = join(directory, `${name}.secret`);
  writeFileSync(clientSecretFile, `${clientSecret}\n`, { mode: 0o600 });
  const groups = { scopes: ['openid', 'profile', 'groups'], groupsClaim: 'groups' };
  return {
    name,
    kind: 'oidc',
    title: name.toUpperCase(),
    issuer,
    clientId,
    clientSecretFile,
    privateNetwork: false,
    ...groups,
  };
};

beforeAll(async () => {
  const redirectUri = (name: string): string => `${BROKER_URL}/sign-in/${name}/callback`;
  sso = await startPeopleProvider({ redirectUri: redirectUri('sso') });
  telling = await startPeopleProvider({
    redirectUri: redirectUri('telling'),
    groupsInIdToken: true,
    authMethod: 'client_secret_post',
  });
  broker = await TestBroker.start({
    policies,
    clock: { now: () => Date.now() + time.ahead },
    signIn: (directory) => [client(directory, sso, 'sso'), client(directory, telling, 'telling')],
    roles: { security: ['octo-org/product'], operators: [] },
    background: 'by-hand',
  });
});
beforeEach(() => {
  sso.person = ANNA;
  telling.person = ANNA;
  time.ahead = 0;
});
afterAll(async () => {
  await broker.close();
  await Promise.all([sso.close(), telling.close()]);
});

async function signedIn(name = 'sso'): Promise<PersonBrowser> {
  const browser = new PersonBrowser(broker);
  await browser.follow(`/sign-in/${name}`, new RegExp(`^${BROKER_URL}/$`));
  return browser;
}

/** As far as the provider's answer, which is not delivered. */
async function answered(browser: PersonBrowser): Promise<string> {
  return (await browser.follow('/sign-in/sso?return=/requests', CALLBACK)).location ?? '';
}

const errorOf = ({ location }: Visit): string | null => new URL(location ?? '', BROKER_URL).searchParams.get('error');

describe('signing in at a provider', () => {
  it('leads back to the page that was wanted, signed in, in teams by the ids of groups', async () => {
    const browser = new PersonBrowser(broker);
    const last = await browser.follow('/sign-in/sso?return=/requests/req_1', /requests/);
    expect(last.location).toBe(`${BROKER_URL}/requests/req_1`);
    expect((await browser.get('/v1/me')).body).toMatchObject({
      name: 'Anna',
      identities: [{ provider: 'sso', provider_id: 'a1', name: 'Anna' }],
      teams: ['octo-org/product'],
      roles: ['security'],
      step_up: { methods: ['provider'] },
      demo: false,
    });
  });

  it('is the same person the next time, whatever they are called then', async () => {
    const first = (await (await signedIn()).get('/v1/me')).body;
    sso.person = { ...ANNA, name: 'Anna Lind' };
    expect((await (await signedIn()).get('/v1/me')).body).toMatchObject({
      principal: first.principal,
      name: 'Anna Lind',
    });
  });

  it('is somebody else at another provider, with the same id and name', async () => {
    const people = [
      (await (await signedIn()).get('/v1/me')).body,
      (await (await signedIn('telling')).get('/v1/me')).body,
    ];
    expect(people[0].principal).not.toBe(people[1].principal);
    expect(people[1].teams).toEqual([]);
  });

  it('sends PKCE, state and nonce, and asks for nothing but a code', async () => {
    const { location } = await new PersonBrowser(broker).get('/sign-in/sso');
    const sent = Object.fromEntries(new URL(location ?? '').searchParams);
    expect(sent).toMatchObject({
      response_type: 'code',
      client_id: 'buildpass',
      code_challenge_method: 'S256',
      redirect_uri: `${BROKER_URL}/sign-in/sso/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('says no more than a code when the person says no', async () => {
    sso.person = undefined;
    const visit = await new PersonBrowser(broker).follow('/sign-in/sso', /error=SIGN/);
    expect(errorOf(visit)).toBe('SIGN_IN_REFUSED');
  });

  it('is not there while the provider is down, and is again afterwards', async () => {
    const other = await startPeopleProvider({ redirectUri: `${BROKER_URL}/sign-in/sso/callback` });
    other.down = true;
    const away = await TestBroker.start({
      signIn: (directory) => [client(directory, other, 'sso')],
      background: 'by-hand',
    });
    const browser = new PersonBrowser(away);
    expect(errorOf(await browser.get('/sign-in/sso'))).toBe('SIGN_IN_UNAVAILABLE');
    other.down = false;
    expect((await browser.get('/sign-in/sso')).location).toMatch(other.issuer);
    await Promise.all([away.close(), other.close()]);
  });
});

describe('whoever attacks the way back', () => {
  it('cannot finish in a browser that did not begin (CSRF of a sign-in)', async () => {
    const address = await answered(new PersonBrowser(broker));
    const victim = new PersonBrowser(broker);
    expect(errorOf(await victim.visit(address))).toBe('SIGN_IN_EXPIRED');
    expect(victim.cookie(SESSION)).toBeUndefined();
  });

  it('cannot put an answer of their own into a sign-in that a browser began (code injection)', async () => {
    sso.person = BEN;
    const attacker = new URL(await answered(new PersonBrowser(broker)));
    sso.person = ANNA;
    const victim = new PersonBrowser(broker);
    const own = new URL(await answered(victim));
    own.searchParams.set('code', attacker.searchParams.get('code') ?? '');
    expect(errorOf(await victim.visit(own.href))).toBe('SIGN_IN_FAILED');
    expect(victim.cookie(SESSION)).toBeUndefined();
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['two states', (url: URL) => url.searchParams.append('state', url.searchParams.get('state') ?? '')],
    ['another issuer (mix-up)', (url: URL) => url.searchParams.set('iss', 'https://evil.example.com')],
    ['no issuer, although the provider always names it', (url: URL) => url.searchParams.delete('iss')],
    ['two codes', (url: URL) => url.searchParams.append('code', 'x')],
    ['no code', (url: URL) => url.searchParams.delete('code')],
  ])('gets nobody in with %s', async (_name, change) => {
    const browser = new PersonBrowser(broker);
    const url = new URL(await answered(browser));
    change(url);
    expect(errorOf(await browser.visit(url.href))).toBe('SIGN_IN_FAILED');
    expect(browser.cookie(SESSION)).toBeUndefined();
  });

  it('cannot have one provider’s answer taken for another’s (mix-up)', async () => {
    const browser = new PersonBrowser(broker);
    const address = (await answered(browser)).replace('/sso/callback', '/telling/callback');
    expect(errorOf(await browser.visit(address))).toBe('SIGN_IN_FAILED');
  });

  it('cannot use an answer a second time', async () => {
    const browser = new PersonBrowser(broker);
    const address = await answered(browser);
    await browser.visit(address);
    expect(errorOf(await browser.visit(address))).toBe('SIGN_IN_EXPIRED');
  });

  it('has ten minutes at most', async () => {
    const browser = new PersonBrowser(broker);
    const address = await answered(browser);
    time.ahead = 11 * 60_000;
    expect(errorOf(await browser.visit(address))).toBe('SIGN_IN_EXPIRED');
  });

  it('cannot change the attempt in its cookie', async () => {
    const browser = new PersonBrowser(broker);
    const address = await answered(browser);
    const cookie = `__Host-buildpass-attempt=${browser.cookie('__Host-buildpass-attempt')?.value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`;
    expect(errorOf(await browser.visit(address, { headers: { cookie } }))).toBe('SIGN_IN_EXPIRED');
  });

  it('finds no secret, code or token in the log of the broker', async () => {
    const browser = new PersonBrowser(broker);
    const url = new URL(await answered(browser));
    url.searchParams.set('iss', 'https://evil.example.com');
    await browser.visit(url.href);
    const lines = broker.logLines.join('\n');
    expect(lines).toContain('a sign-in failed');
    expect([sso.clientSecret, url.searchParams.get('code') ?? ''].filter((one) => lines.includes(one))).toEqual([]);
  });
});

describe('a step-up at the provider', () => {
  const STEP_UP = '/sign-in/sso?step-up=1&return=/requests';

  it('asks the person anew, and gives the session another token', async () => {
    const browser = await signedIn();
    const before = browser.cookie(SESSION)?.value;
    const { location } = await browser.get(STEP_UP);
    expect(new URL(location ?? '').searchParams.get('max_age')).toBe('0');
    await browser.follow(STEP_UP, /\/requests$/);
    expect((await browser.get('/v1/me')).body.step_up).toMatchObject({ method: 'provider', at: expect.any(String) });
    expect((await browser.get('/v1/me', { headers: { cookie: `${SESSION}=${before}` } })).status).toBe(401);
  });

  it('is none when the provider did not ask anew', async () => {
    const browser = await signedIn();
    const { location = '' } = await browser.get(STEP_UP);
    const url = new URL(location);
    url.searchParams.delete('max_age');
    const visit = await browser.follow(url.href, CALLBACK);
    expect(errorOf(await browser.visit(visit.location ?? ''))).toBe('SIGN_IN_FAILED');
    expect((await browser.get('/v1/me')).body.step_up.at).toBeUndefined();
  });

  it('is none when somebody else answers', async () => {
    const browser = await signedIn();
    browser.cookies.delete(new URL(sso.issuer).host);
    sso.person = BEN;
    const visit = await browser.follow(STEP_UP, /error=|\/requests$/);
    expect(errorOf(visit)).toBe('SIGN_IN_REFUSED');
    expect((await browser.get('/v1/me')).body).toMatchObject({ name: 'Anna' });
  });

  it('needs somebody who is signed in', async () => {
    expect(errorOf(await new PersonBrowser(broker).get(STEP_UP))).toBe('SIGN_IN_REQUIRED');
  });
});

describe('teams, asked again', () => {
  const confirmed = async (browser: PersonBrowser) => {
    const cookie = `${SESSION}=${browser.cookie(SESSION)?.value}`;
    const { people } = broker.running;
    const person = await people.signedIn({ headers: { cookie } } as never);
    if (person === undefined) throw new Error('nobody is signed in');
    return people.confirmTeams(person).then(
      ({ teams }) => [...teams],
      (error: { code?: string }) => error.code,
    );
  };

  it('are what the provider says now', async () => {
    const browser = await signedIn();
    expect(await confirmed(browser)).toEqual(['octo-org/product']);
    sso.people.set('a1', { ...ANNA, groups: ['elsewhere'] });
    expect(await confirmed(browser)).toEqual([]);
    expect((await browser.get('/v1/me')).body.teams).toEqual([]);
  });

  it('are no team where the provider cannot be asked', async () => {
    const browser = await signedIn();
    sso.down = true;
    expect(await confirmed(browser)).toBe('SIGN_IN_UNAVAILABLE');
    sso.down = false;
  });

  it('are those of the sign-in for five minutes, where only the ID token speaks of groups', async () => {
    const browser = await signedIn('telling');
    expect(await confirmed(browser)).toEqual([]);
    time.ahead = 6 * 60_000;
    expect(await confirmed(browser)).toBe('TEAM_UNCONFIRMED');
  });

  it('are fresh no longer for a clock that was set back', async () => {
    time.ahead = 60 * 60_000;
    const browser = await signedIn('telling');
    time.ahead = 0;
    expect(await confirmed(browser)).toBe('TEAM_UNCONFIRMED');
  });
});
