// Draws every page of the portal, wide and narrow, light and dark, for people to look at: `npm run screenshots -- DIRECTORY`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { Config } from '../../broker/config.ts';
import { ROBIN, type WaitingJob } from '../support/approval-story.ts';
import { beginLogin, logInCommandLine } from '../support/command-line-login.ts';
import { type PersonBrowser, signIn } from '../support/person-browser.ts';
import { proposedLink } from '../support/proposed-link.ts';
import { revocable } from '../support/revocable-policies.ts';
import { newSecret, type TestBroker } from '../support/test-broker.ts';
import { PortalWorld } from './portal-world.ts';

const HOSTILE = `Approved by octo-org/security \u202Egnp.exe <b>bold</b> ${'and so on '.repeat(60)}`;

interface Shot {
  readonly name: string;
  readonly person: string | undefined;
  readonly path: string;
  /** what is done before the picture is taken */
  readonly act?: (page: Page) => Promise<void>;
}

/** Leases of every sort, and a pause that somebody proposed to end. */
async function accessShots({ story }: PortalWorld): Promise<readonly Shot[]> {
  const { broker } = story;
  const issue = (claims: object) => broker.ask({ scope: 'shop/upstream', claims: { ...ROBIN, ...claims } });
  broker.provider.revokeFails = true;
  const secret = newSecret();
  const failing = await broker.ask({ scope: 'shop/upstream', secret, claims: { ...ROBIN, run_id: '9400' } });
  const live = await issue({ run_id: '9401', actor: HOSTILE.slice(0, 80) });
  for (const run of ['9402', '9403', '9404']) await issue({ run_id: run });
  await broker.returnLease(failing.body.lease_id, secret);
  await broker.running.runBackground();
  const of = { scope: 'entitlement', target: 'shop/mornings' };
  const [sam, rita] = [await securityPerson(broker, 'Sam'), await securityPerson(broker, 'Rita')];
  const { body } = await sam.post('/v1/pauses', { of, reason: 'INC-7: the runner image was changed.' });
  await sam.post('/v1/pauses', { of: { scope: 'entitlement', target: 'shop/run' }, reason: HOSTILE.slice(0, 25) });
  await rita.post(`/v1/pauses/${body.pause.id}/resume`, { reason: 'The image is the old one again.' });
  const lease = `lease:${live.body.lease_id}`;
  return [
    { name: 'access', person: 'Sam', path: '/access' },
    {
      name: 'access-ids',
      person: 'Sam',
      path: '/access',
      act: async (page) => {
        await page.getByText('Only of one thing').click();
        await page.getByText('Ids, and more of the same').first().click();
      },
    },
    { name: 'access-failing', person: 'Sam', path: '/access?view=failing&project=shop' },
    { name: 'access-none', person: 'Sam', path: '/access?view=withheld' },
    { name: 'access-refused', person: 'Alex', path: '/access' },
    { name: 'access-revoke', person: 'Sam', path: `/access?revoke=${lease}` },
    { name: 'access-revoke-many', person: 'Sam', path: '/access?project=shop&revoke=project:shop' },
    {
      name: 'access-no-reason',
      person: 'Sam',
      path: '/access?pause=everything:',
      act: (page) => page.getByRole('button', { name: 'Pause issuing' }).click(),
    },
    {
      name: 'access-step-up',
      person: 'Sam',
      path: '/access?pause=project:shop',
      act: async (page) => {
        await page.getByLabel('Also revoke what is live of it').check();
        await page.getByLabel('Reason').fill('INC-7: the runner image was changed.');
        await page.getByRole('button', { name: 'Pause, and revoke' }).click();
        await page.getByRole('heading', { name: 'Show that it is you' }).waitFor();
      },
    },
    { name: 'access-resume', person: 'Sam', path: `/access?resume=${body.pause.id}` },
    { name: 'access-resume-own', person: 'Rita', path: `/access?resume=${body.pause.id}` },
    {
      name: 'access-done',
      person: 'Sam',
      path: `/access?revoke=${lease}`,
      act: async (page) => {
        await page.request.get(`${broker.config.url}/sign-in/demo?step-up=1`);
        await page.getByLabel('Reason').fill('INC-7: it was printed.');
        await page.getByRole('button', { name: 'Revoke this lease' }).click();
        await page.getByRole('heading', { name: 'What the broker says' }).waitFor();
      },
    },
  ];
}

async function securityPerson(broker: TestBroker, name: string): Promise<PersonBrowser> {
  const person = await signIn(broker, name);
  await person.follow('/sign-in/demo?step-up=1');
  return person;
}

async function shotsOf({ story }: PortalWorld): Promise<readonly Shot[]> {
  const before = await story.ask('deploy', { sha: 'b'.repeat(40) });
  await story.decide('Alex', before, { verdict: 'approve', reason: 'Read the six commits; support knows.' });
  await before.collect();
  const jobs: Record<string, WaitingJob> = {
    deploy: await story.ask(
      'deploy',
      { run_id: '9321' },
      { reason: 'v4.2.0: payment retry fix before the evening peak', ticket: 'SHOP-812' },
    ),
    two: await story.ask('two', { run_id: '9322' }),
    risky: await story.ask('risky', { run_id: '9323', environment: HOSTILE }),
    rejected: await story.ask('deploy', { run_id: '9324' }),
    own: await story.ask('self', { run_id: '9325' }),
  };
  await story.decide('Kim', jobs['two'] as WaitingJob, 'approve');
  await story.decide('Kim', jobs['rejected'] as WaitingJob, { verdict: 'reject', reason: 'Not during the sale.' });
  const refused = await story.broker.ask({
    scope: 'shop/deploy',
    claims: { actor_id: '9001', ref: 'refs/heads/hotfix/tax' },
  });
  await logInCommandLine(story.broker, 'Alex');
  const alexs = {
    name: 'Alex',
    request: jobs['deploy']?.id ?? '',
    reason: 'Read the six commits; the sale ended at noon.',
  };
  const request = (job: string): string => `/requests/${jobs[job]?.id}`;
  return [
    { name: 'sign-in', person: undefined, path: `/sign-in?return=${encodeURIComponent(request('deploy'))}` },
    { name: 'sign-in-failed', person: undefined, path: '/sign-in?error=SIGN_IN_EXPIRED' },
    { name: 'home', person: 'Alex', path: '/' },
    { name: 'home-starter', person: 'Toni', path: '/' },
    { name: 'request-pending', person: 'Alex', path: request('deploy') },
    { name: 'request-proposed', person: 'Alex', path: await proposedLink(story.broker, alexs) },
    {
      name: 'request-proposed-elsewhere',
      person: 'Alex',
      path: await proposedLink(story.broker, { ...alexs, principal: 'prn_another' }),
    },
    { name: 'request-second', person: 'Alex', path: request('two') },
    { name: 'request-risky', person: 'Alex', path: request('risky') },
    {
      name: 'request-step-up',
      person: 'Alex',
      path: request('risky'),
      act: async (page) => {
        await page.getByLabel('Reason').fill('Read the commits.');
        await page.getByRole('button', { name: 'Approve' }).click();
        await page.getByRole('heading', { name: 'Show that it is you' }).waitFor();
      },
    },
    {
      name: 'request-no-reason',
      person: 'Alex',
      path: request('risky'),
      act: (page) => page.getByRole('button', { name: 'Reject' }).click(),
    },
    { name: 'request-own', person: 'Robin', path: request('deploy') },
    { name: 'request-rejected', person: 'Robin', path: request('rejected') },
    { name: 'request-life', person: 'Alex', path: `/requests/${before.id}` },
    { name: 'request-refused', person: 'Robin', path: `/requests/${refused.body.request_id}` },
    { name: 'request-missing', person: 'Toni', path: request('deploy') },
    { name: 'requests', person: 'Sam', path: '/requests?view=all' },
    { name: 'catalog', person: 'Alex', path: '/catalog' },
    { name: 'catalog-one', person: 'Alex', path: '/catalog/shop/risky' },
    { name: 'catalog-none', person: 'Alex', path: '/catalog?search=kubernets' },
    { name: 'me', person: 'Alex', path: '/me' },
    { name: 'device', person: 'Alex', path: '/device' },
    {
      name: 'device-decision',
      person: 'Alex',
      path: '/device',
      act: async (page) => {
        await page.getByRole('textbox', { name: 'Code' }).fill((await beginLogin(story.broker)).user_code);
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByRole('button', { name: 'Allow it to read' }).waitFor();
      },
    },
    { name: 'nowhere', person: 'Alex', path: '/catalog/no/such' },
  ];
}

/** Never asked: the pages name them. */
function providers(directory: string): Config['signIn'] {
  const clientSecretFile = join(directory, 'client.secret');
  writeFileSync(clientSecretFile, 'secret', { mode: 0o600 });
  const common = { clientId: 'portal', clientSecretFile, privateNetwork: false };
  const url = 'http://127.0.0.1:9';
  return [
    { ...common, name: 'sso', title: 'acme SSO', kind: 'oidc', issuer: url, scopes: ['openid'], groupsClaim: 'groups' },
    { ...common, name: 'gh', title: 'GitHub', kind: 'github', issuer: 'github', url, apiUrl: url, organizations: {} },
  ];
}

const SIZES = [
  ['wide', { width: 1280, height: 800 }],
  ['phone', { width: 390, height: 844 }],
] as const;

async function draw(directory: string, only: readonly string[]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const world = await PortalWorld.open({ ...revocable(), signIn: providers });
  try {
    for (const shot of [...(await shotsOf(world)), ...(await accessShots(world))]) {
      if (only.length > 0 && !only.includes(shot.name)) continue;
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const [size, viewport] of SIZES) {
          const page = await world.visitWhole(shot.person, shot.path, { viewport, colorScheme });
          await shot.act?.(page);
          await page.screenshot({
            path: join(directory, `${shot.name}-${size}-${colorScheme}.png`),
            fullPage: (await page.locator('dialog').count()) === 0,
          });
          await world.leave();
        }
      }
    }
  } finally {
    await world.close();
  }
}

const [directory = 'coverage/screenshots', ...only] = process.argv.slice(2);
await draw(resolve(directory), only);
