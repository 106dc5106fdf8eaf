// What the broker writes for people, as stories: see stories.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessOptions } from '../support/access-story.ts';
import { asCommandLine, beginLogin, decideLogin, poll } from '../support/command-line-login.ts';
import { GithubPeople } from '../support/github-people.ts';
import { type PersonBrowser, personAt, signIn } from '../support/person-browser.ts';
import { SoftAuthenticator } from '../support/soft-authenticator.ts';
import { BROKER_URL, type TestBrokerOptions } from '../support/test-broker.ts';
import type { Story } from './stories.ts';

const ROBIN = { people: [{ name: 'Robin', id: '9001', groups: [] }] };
const ACCOUNT = 70_000;

/** Lives as long as the process that tells the story. */
async function withGithub(): Promise<TestBrokerOptions> {
  const github = await new GithubPeople(`${BROKER_URL}/sign-in/gh/callback`).listen();
  let account = ACCOUNT;
  // Another account each time, so that there is something to link.
  Object.defineProperty(github, 'person', {
    get() {
      account += 1;
      return { id: account, login: 'robin', teams: {} };
    },
  });
  return {
    ...ROBIN,
    signIn: (directory) => {
      const clientSecretFile = join(directory, 'gh.secret');
      writeFileSync(clientSecretFile, github.clientSecret, { mode: 0o600 });
      const { url, clientId } = github;
      const addresses = { url, apiUrl: `${url}/api/v3`, organizations: {}, privateNetwork: false };
      return [
        { ...addresses, name: 'gh', title: 'GitHub', kind: 'github', issuer: 'github', clientId, clientSecretFile },
      ];
    },
  };
}

export const STORIES_OF_PEOPLE: Readonly<Record<string, Story>> = {
  'a person who signs in, steps up and signs out': {
    options: () => ROBIN,
    act: async ({ broker }) => {
      const robin = await signIn(broker, 'Robin');
      await robin.get('/sign-in/demo?step-up=1');
      await robin.post('/v1/sign-out');
    },
  },
  'a person whose teams are asked again, and who signs out everywhere': {
    options: () => ROBIN,
    act: async ({ broker, world }) => {
      const robin = await signIn(broker, 'Robin');
      world.time.now += 2 * 60_000;
      await robin.get('/v1/me');
      await broker.running.people.confirmTeams(await personAt(broker, robin));
      await robin.post('/v1/sign-out-everywhere');
    },
  },
  'a command line that is logged in, used, and ended twice over': {
    options: () => ROBIN,
    act: async ({ broker, world }) => {
      const robin = await signIn(broker, 'Robin');
      const tokens = [];
      for (const login of [await beginLogin(broker), await beginLogin(broker)]) {
        await decideLogin(robin, login.user_code);
        tokens.push((await poll(broker, login)).body.access_token);
      }
      world.time.now += 2 * 60_000;
      await asCommandLine(broker, tokens[0]).get('/v1/requests');
      await broker.fetch('/oauth/revoke', { method: 'POST', body: new URLSearchParams({ token: tokens[0] }) });
      const { body } = await robin.get('/v1/me/command-lines');
      for (const { id } of body.command_lines) await robin.delete(`/v1/me/command-lines/${id}`);
    },
  },
  'a person who links an identity': {
    options: withGithub,
    act: async ({ broker }) => {
      const robin = await signIn(broker, 'Robin');
      const { body } = await robin.post('/v1/me/identities/gh');
      await robin.follow(body.location, /buildpass\.example\.com\/(\?|$|sign-in\?)/);
    },
  },
  'passkeys that are reset by two': {
    options: () => ({
      people: [
        ...ROBIN.people,
        ...['Sam', 'Rita'].map((name, at) => ({ name, id: `${9100 + at}`, groups: ['security'] })),
      ],
      ...accessPolicies(),
    }),
    act: async ({ broker }) => {
      const robin = await signIn(broker, 'Robin');
      await robin.follow('/sign-in/demo?step-up=1');
      await removeAll(robin);
      const { body: creating } = await robin.post('/v1/passkeys/options');
      await robin.post('/v1/passkeys', new SoftAuthenticator(BROKER_URL).create(creating));
      const { body: me } = await robin.get('/v1/me');
      for (const name of ['Sam', 'Rita']) {
        const one = await signIn(broker, name);
        await one.follow('/sign-in/demo?step-up=1');
        await one.post('/v1/passkey-resets', { principal: me.principal, reason: 'Lost.' });
      }
      const again = await signIn(broker, 'Robin');
      const { body: anew } = await again.post('/v1/passkeys/options');
      await again.post('/v1/passkeys', new SoftAuthenticator(BROKER_URL).create(anew));
    },
  },
  'a passkey that is registered, used and removed': {
    options: () => ROBIN,
    act: async ({ broker }) => {
      const robin = await signIn(broker, 'Robin');
      await robin.get('/sign-in/demo?step-up=1');
      const authenticator = new SoftAuthenticator(BROKER_URL);
      const { body: creating } = await robin.post('/v1/passkeys/options');
      const { body: made } = await robin.post('/v1/passkeys', authenticator.create(creating));
      const { body: proving } = await robin.post('/v1/step-up/options');
      await robin.post('/v1/step-up', authenticator.get(proving));
      await robin.delete(`/v1/passkeys/${made.id}`);
      await removeAll(robin);
    },
  },
};

function accessPolicies(): Pick<TestBrokerOptions, 'policies' | 'roles'> {
  const { policies, roles } = accessOptions();
  if (policies === undefined || roles === undefined) throw new Error('nobody would be of security');
  return { policies, roles };
}

/** What an earlier round could not. */
async function removeAll(robin: PersonBrowser): Promise<void> {
  const { body } = await robin.get('/v1/passkeys');
  for (const { id } of body.passkeys) await robin.delete(`/v1/passkeys/${id}`);
}
