// People sign in with GitHub, and are the actors that its jobs name.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GithubPeople, type GithubPerson } from '../support/github-people.ts';
import { PersonBrowser, type Visit } from '../support/person-browser.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const SESSION = '__Host-buildpass';
const HOME = new RegExp(`^${BROKER_URL}/$`);
const CALLBACK = new RegExp(`^${BROKER_URL}/sign-in/gh/callback`);
const PRIYA: GithubPerson = {
  ...{ id: 58213377, login: 'priya-n', name: 'Priya N' },
  teams: { '123456/4710': 'active', '123456/4711': 'pending' },
};

let broker: TestBroker;
let github: GithubPeople;
const time = { ahead: 0 };

beforeAll(async () => {
  github = await new GithubPeople(`${BROKER_URL}/sign-in/gh/callback`).listen();
  broker = await TestBroker.start({
    policies: {
      'shop.yaml': SHOP,
      '_organization.yaml': ORGANIZATION.replace('teams:', 'teams:\n  elsewhere/team: { github: "9" }'),
    },
    clock: { now: () => Date.now() + time.ahead },
    signIn: (directory) => {
      const clientSecretFile = join(directory, 'gh.secret');
      writeFileSync(clientSecretFile, github.clientSecret, { mode: 0o600 });
      const { url, clientId } = github;
      const common = { name: 'gh', title: 'GitHub', clientId, clientSecretFile, privateNetwork: false };
      return [
        {
          ...common,
          kind: 'github',
          issuer: 'github',
          url,
          apiUrl: `${url}/api/v3`,
          organizations: { 'octo-org': '123456' },
        },
      ];
    },
    roles: { security: [], operators: ['octo-org/platform'] },
    background: 'by-hand',
  });
});
beforeEach(() => {
  github.person = PRIYA;
  github.trouble = undefined;
  github.tokens.clear();
  time.ahead = 0;
});
afterAll(async () => {
  expect(github.complaints).toEqual([]);
  await broker.close();
  await github.close();
});

async function signedIn(): Promise<PersonBrowser> {
  const browser = new PersonBrowser(broker);
  await browser.follow('/sign-in/gh', HOME);
  return browser;
}

/** As whoever has the file reads it. */
function rowsOf(file: string, table: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(`SELECT * FROM ${table}`).all();
  database.close();
  return JSON.stringify(rows);
}

const errorOf = ({ location }: Visit): string | null => new URL(location ?? '', BROKER_URL).searchParams.get('error');

describe('signing in with GitHub', () => {
  it('makes the person whom jobs name as their actor', async () => {
    await broker.ask({ claims: { actor: 'somebody', actor_id: '58213377' } });
    const actor = await broker.running.store.read((tx) =>
      tx.principals.find({ provider: 'github', providerId: '58213377' }),
    );
    expect((await (await signedIn()).get('/v1/me')).body).toMatchObject({
      principal: actor,
      name: 'Priya N (priya-n)',
      identities: [{ provider: 'github', provider_id: '58213377' }],
      teams: ['octo-org/platform'],
      roles: ['operator'],
      step_up: { methods: [] },
    });
  });

  it('is by id: who takes a login over is somebody else', async () => {
    const before = (await (await signedIn()).get('/v1/me')).body.principal;
    github.person = { ...PRIYA, id: 99, teams: {} };
    const after = (await (await signedIn()).get('/v1/me')).body;
    expect(after.principal).not.toBe(before);
    expect(after.teams).toEqual([]);
  });

  it.each(['Bot', 'Organization', 'Enterprise'])('is not for an account of type %s', async (type) => {
    github.person = { ...PRIYA, id: 4, login: 'deployer', type };
    const browser = new PersonBrowser(broker);
    expect(errorOf(await browser.follow('/sign-in/gh', /error=/))).toBe('SIGN_IN_REFUSED');
    expect(browser.cookie(SESSION)).toBeUndefined();
  });

  it('says no more than a code when the person says no', async () => {
    github.person = undefined;
    expect(errorOf(await new PersonBrowser(broker).follow('/sign-in/gh', /error=SIGN/))).toBe('SIGN_IN_REFUSED');
  });

  it('keeps no token in the clear, and none for refreshing', async () => {
    await signedIn();
    const rows = rowsOf(`${broker.directory}/buildpass.db`, 'sessions');
    expect(rows).toContain('sealed');
    expect(rows).not.toMatch(/gh[ur]_/);
    expect(broker.logLines.join('')).not.toMatch(/gh[ur]_/);
  });

  it('cannot be stepped up there', async () => {
    const browser = await signedIn();
    expect(errorOf(await browser.get('/sign-in/gh?step-up=1'))).toBe('SIGN_IN_REFUSED');
  });
});

describe('whoever attacks the way back from GitHub', () => {
  it('cannot put a code of their own into a sign-in that a browser began (code injection)', async () => {
    github.person = { ...PRIYA, id: 666, login: 'mallory' };
    const attacker = new URL((await new PersonBrowser(broker).follow('/sign-in/gh', CALLBACK)).location ?? '');
    github.person = PRIYA;
    const victim = new PersonBrowser(broker);
    const own = new URL((await victim.follow('/sign-in/gh', CALLBACK)).location ?? '');
    own.searchParams.set('code', attacker.searchParams.get('code') ?? '');
    expect(errorOf(await victim.visit(own.href))).toBe('SIGN_IN_FAILED');
    expect(victim.cookie(SESSION)).toBeUndefined();
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x')],
    ['two codes', (url: URL) => url.searchParams.append('code', 'x')],
    ['no code', (url: URL) => url.searchParams.delete('code')],
    ['a code that is none', (url: URL) => url.searchParams.set('code', '../x')],
    ['an error of its own', (url: URL) => url.searchParams.set('error', '<b>')],
  ])('gets nobody in with %s', async (_name, change) => {
    const browser = new PersonBrowser(broker);
    const url = new URL((await browser.follow('/sign-in/gh', CALLBACK)).location ?? '');
    change(url);
    expect(errorOf(await browser.visit(url.href))).toBe('SIGN_IN_FAILED');
  });

  it('cannot finish what another browser began', async () => {
    const { location = '' } = await new PersonBrowser(broker).follow('/sign-in/gh', CALLBACK);
    expect(errorOf(await new PersonBrowser(broker).visit(location))).toBe('SIGN_IN_EXPIRED');
  });
});

describe('teams at GitHub, asked again', () => {
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

  it('are those that the person is still in', async () => {
    const browser = await signedIn();
    expect(await confirmed(browser)).toEqual(['octo-org/platform']);
    github.change('priya-n', { ...PRIYA, teams: {} });
    expect(await confirmed(browser)).toEqual([]);
    expect((await browser.get('/v1/me')).body.roles).toEqual([]);
  });

  it('are asked for by the login of now', async () => {
    const browser = await signedIn();
    github.change('priya-n', { ...PRIYA, login: 'priya-new' });
    expect(await confirmed(browser)).toEqual(['octo-org/platform']);
  });

  it.each([
    ['the token was withdrawn', () => github.tokens.clear(), 'TEAM_UNCONFIRMED'],
    ['the token is of another account', () => github.change('priya-n', { ...PRIYA, id: 5 }), 'TEAM_UNCONFIRMED'],
    [
      'the organization hides it (SAML)',
      () => github.change('priya-n', { ...PRIYA, teams: { '123456/4710': 'hidden' } }),
      'TEAM_UNCONFIRMED',
    ],
    [
      'GitHub is in trouble',
      () => {
        github.trouble = { status: 502 };
      },
      'SIGN_IN_UNAVAILABLE',
    ],
    [
      'the rate limit is reached',
      () => {
        github.trouble = { status: 403, headers: { 'x-ratelimit-remaining': '0' } };
      },
      'SIGN_IN_UNAVAILABLE',
    ],
  ])('are no team where %s', async (_name, happen, code) => {
    const browser = await signedIn();
    happen();
    expect(await confirmed(browser)).toBe(code);
  });

  it('are no team when the token has ended before the session', async () => {
    const browser = await signedIn();
    for (let hour = 1; hour <= 9; hour += 1) {
      time.ahead = hour * 3_300_000;
      expect((await browser.get('/v1/me')).status).toBe(200);
    }
    expect(await confirmed(browser)).toBe('TEAM_UNCONFIRMED');
  });
});
