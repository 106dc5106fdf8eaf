// Two identities of one person become one principal, so that nobody approves their own request as somebody else.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { keepReset } from '../../broker/sign-in/reset-state.ts';
import { runBeside } from '../support/beside-broker.ts';
import { GithubPeople } from '../support/github-people.ts';
import { type PeopleProvider, startPeopleProvider } from '../support/people-provider.ts';
import { PersonBrowser, signIn } from '../support/person-browser.ts';
import { SoftAuthenticator } from '../support/soft-authenticator.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const SESSION = '__Host-buildpass';
const HOME = new RegExp(`^${BROKER_URL}/$`);
const PEOPLE = Array.from({ length: 11 }, (_, at) => ({ name: `P${at}`, id: String(9000 + at), groups: [] }));

let broker: TestBroker;
let sso: PeopleProvider;
let github: GithubPeople;
const time = { ahead: 0 };

beforeAll(async () => {
  sso = await startPeopleProvider({ redirectUri: `${BROKER_URL}/sign-in/sso/callback` });
  github = await new GithubPeople(`${BROKER_URL}/sign-in/gh/callback`).listen();
  broker = await TestBroker.start({
    people: PEOPLE,
    clock: { now: () => Date.now() + time.ahead },
    background: 'by-hand',
    signIn: (directory) => {
      const file = (name: string, secret: string): string => {
        writeFileSync(join(directory, name), secret, { mode: 0o600 });
        return join(directory, name);
      };
      const oidc = { scopes: ['openid', 'profile'], groupsClaim: 'groups', issuer: sso.issuer, clientId: sso.clientId };
      const app = { issuer: 'github', url: github.url, apiUrl: `${github.url}/api/v3`, organizations: {} };
      return [
        {
          ...oidc,
          ...{ name: 'sso', title: 'SSO', kind: 'oidc', privateNetwork: false },
          clientSecretFile: file('a', sso.clientSecret),
        },
        {
          ...{ ...app, name: 'gh', title: 'GitHub', kind: 'github', privateNetwork: false, clientId: github.clientId },
          clientSecretFile: file('b', github.clientSecret),
        },
      ];
    },
  });
});
beforeEach(() => {
  sso.person = { sub: 'nobody yet' };
  time.ahead = 0;
});
afterAll(async () => {
  await broker.close();
  await Promise.all([sso.close(), github.close()]);
});

async function bySso(sub: string): Promise<PersonBrowser> {
  sso.person = { sub, name: sub };
  const browser = new PersonBrowser(broker);
  await browser.follow('/sign-in/sso', HOME);
  return browser;
}

async function link(browser: PersonBrowser, provider = 'sso'): Promise<string | undefined> {
  const { body } = await browser.post(`/v1/me/identities/${provider}`);
  return (await browser.follow(body.location, new RegExp(`^${BROKER_URL}/(me|sign-in\\?error=.*)$`))).location;
}

const principalOf = async (browser: PersonBrowser): Promise<string> => (await browser.get('/v1/me')).body.principal;
const resolved = (id: string) => broker.running.store.read((tx) => tx.principals.resolve(id));

describe('an identity that nobody had', () => {
  it('is another way in for the same person, on record', async () => {
    const person = await signIn(broker, 'P0');
    sso.person = { sub: 'pat-at-sso', name: 'Pat' };
    const before = person.cookie(SESSION)?.value;
    expect(await link(person)).toBe(`${BROKER_URL}/me`);
    expect(person.cookie(SESSION)?.value).not.toBe(before);
    const { principal, identities } = (await person.get('/v1/me')).body;
    expect(identities).toMatchObject([
      { provider: 'github' },
      { provider: 'sso', provider_id: 'pat-at-sso', name: 'Pat' },
    ]);
    expect(await principalOf(await bySso('pat-at-sso'))).toBe(principal);
    const entry = (await broker.entries('identity.linked')).find((one) => one['principal'] === principal);
    expect(entry).toMatchObject({ principal, provider: 'sso', personal: { identity: expect.any(String) } });
    expect(JSON.stringify(entry)).not.toContain('pat-at-sso');
  });

  it('linked twice is linked once', async () => {
    const person = await signIn(broker, 'P1');
    sso.person = { sub: 'p1' };
    await link(person);
    const entries = (await broker.entries('identity.linked')).length;
    await link(person);
    expect((await broker.entries('identity.linked')).length).toBe(entries);
  });
});

describe('an identity that was somebody of its own', () => {
  it('is the same person from now on, and what was said under its id stays', async () => {
    const other = await bySso('p2');
    const merged = await principalOf(other);
    const person = await signIn(broker, 'P2');
    sso.person = { sub: 'p2' };
    await link(person);
    const principal = await principalOf(person);
    expect(merged).not.toBe(principal);
    expect(await resolved(merged)).toBe(principal);
    expect((await other.get('/v1/me')).status).toBe(401);
    expect(await principalOf(await bySso('p2'))).toBe(principal);
    expect(await broker.entries('identity.linked')).toContainEqual(
      expect.objectContaining({ principal, merged_principal: merged }),
    );
  });

  it.for([
    ['has no passkey, a first one takes two of security again', 'P9', 0, 'PASSKEY_REFUSED'],
    ['has one, that is removed and added as ever', 'P10', 1, undefined],
  ] as const)('after its reset: where the other %s', async ([_what, name, passkeys, code]) => {
    const lost = await principalOf(await bySso(`lost ${name}`));
    await broker.running.store.commit((tx) => keepReset(tx, lost, { registerBy: tx.now - 1 }));
    const person = await signIn(broker, name);
    const { body } = await person.post('/v1/passkeys/options');
    const authenticator = new SoftAuthenticator(BROKER_URL);
    if (passkeys > 0) await person.post('/v1/passkeys', authenticator.create(body));
    await person.get('/sign-in/demo?step-up=1');
    sso.person = { sub: `lost ${name}`, name };
    await link(person);
    const all = (await person.get('/v1/passkeys')).body.passkeys;
    for (const { id } of all) expect((await person.delete(`/v1/passkeys/${id}`)).status).toBe(204);
    expect([all.length, (await person.post('/v1/passkeys/options')).body.code]).toEqual([passkeys, code]);
  });

  it('is the requester of what it asked before, whoever approves now', async () => {
    await broker.ask({ claims: { actor: 'sue', actor_id: '4242' } });
    const requester = await broker.running.store.read((tx) =>
      tx.principals.find({ provider: 'github', providerId: '4242' }),
    );
    const person = await bySso('sue');
    github.person = { id: 4242, login: 'sue', teams: {} };
    await link(person, 'gh');
    expect(await resolved(requester ?? '')).toBe(await principalOf(person));
    // The next job of this actor is that person's from the start, and the log still holds.
    await broker.ask({ claims: { actor: 'sue', actor_id: '4242', run_id: '77' } });
    expect((await broker.entries('request.decided')).length).toBeGreaterThan(1);
  });

  it('keeps no chain: what was merged into it goes along', async () => {
    const ids = [await principalOf(await bySso('first'))];
    const person = await signIn(broker, 'P3');
    sso.person = { sub: 'first' };
    await link(person);
    ids.push(await principalOf(person));
    await broker.running.store.commit(async (tx) => {
      const into = await tx.principals.create({
        provider: 'x',
        providerId: 'y',
        kind: 'person',
        id: 'prn_last',
        at: tx.now,
      });
      await tx.principals.merge(ids[1] ?? '', into);
    });
    expect(await Promise.all(ids.map(resolved))).toEqual(['prn_last', 'prn_last']);
  });
});

describe('whoever wants somebody else’s identity or person', () => {
  it('begins nothing from another page (CSRF)', async () => {
    const person = await signIn(broker, 'P4');
    const { body } = await person.post(
      '/v1/me/identities/sso',
      {},
      { headers: { origin: 'https://evil.example.com' } },
    );
    expect(body.code).toBe('CROSS_SITE');
  });

  it('finishes nothing in another session', async () => {
    const person = await signIn(broker, 'P5');
    sso.person = { sub: 'p5' };
    const { body } = await person.post('/v1/me/identities/sso');
    await person.visit(broker.running.demoLink('P6'));
    const end = await person.follow(body.location, /error=|com\/me$/);
    expect(end.location).toBe(`${BROKER_URL}/sign-in?error=SIGN_IN_REQUIRED`);
    expect(
      await broker.running.store.read((tx) => tx.principals.find({ provider: 'sso', providerId: 'p5' })),
    ).toBeUndefined();
  });

  it('adds nothing to a session that lies open', async () => {
    const person = await signIn(broker, 'P7');
    time.ahead = 6 * 60_000;
    expect((await person.post('/v1/me/identities/sso')).body).toMatchObject({ status: 403, code: 'STEP_UP_REQUIRED' });
  });

  it('links no account of a program', async () => {
    await broker.ask({ claims: { actor: 'helper[bot]', actor_id: '5151' } });
    const person = await bySso('owner of a bot');
    github.person = { id: 5151, login: 'helper', teams: {} };
    expect(await link(person, 'gh')).toBe(`${BROKER_URL}/sign-in?error=SIGN_IN_REFUSED`);
  });

  it('does not shake a suspension off', async () => {
    const merged = await principalOf(await bySso('suspended'));
    // For this one only, and gone before the log is looked at: the others here do not know of it.
    runBeside(
      broker,
      `INSERT INTO suspensions (id, scope, target, reason, since) VALUES ('s1', 'principal', '${merged}', 'Stolen laptop', 0)`,
    );
    onTestFinished(() => runBeside(broker, 'DELETE FROM suspensions'));
    const person = await signIn(broker, 'P8');
    sso.person = { sub: 'suspended' };
    expect(await link(person)).toBe(`${BROKER_URL}/sign-in?error=SIGN_IN_REFUSED`);
    expect(await resolved(merged)).toBe(merged);
  });
});
