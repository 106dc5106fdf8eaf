// A person at their own machine: the command line as a process of its own, and the page that it leads to in a real browser.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { proposalCode, readProposal } from '../../shared/verdict-proposal.ts';
import type { WaitingJob } from '../support/approval-story.ts';
import { type BuildpassProcess, startBuildpassWith } from '../support/buildpass-process.ts';
import { decideLogin } from '../support/command-line-login.ts';
import { signIn } from '../support/person-browser.ts';
import { proposedLink } from '../support/proposed-link.ts';
import { PortalWorld } from './portal-world.ts';

let world: PortalWorld;
let home: string;

const run = (...words: readonly string[]): BuildpassProcess =>
  startBuildpassWith({ XDG_CONFIG_HOME: home, NO_COLOR: '1' }, ...words, '--broker-url', world.url);
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

async function logIn(name: string): Promise<BuildpassProcess> {
  const login = run('login');
  await login.lineWith('Waiting for you');
  const [, typed = ''] = /^ {2}([A-Z]{4}-[A-Z]{4})$/m.exec(login.err()) ?? [];
  await decideLogin(await signIn(world.story.broker, name), typed);
  expect(await login.ended).toBe(0);
  return login;
}

/** The link and the code that a terminal shows. */
async function proposedBy(shell: BuildpassProcess): Promise<{ path: string; code: string }> {
  const [, code = ''] = /code: (\S+)$/.exec(await shell.lineWith('this code')) ?? [];
  const link = /http\S+#propose\S+/.exec(shell.err())?.[0] ?? '';
  return { path: link.replace(world.url, ''), code };
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'buildpass-home-'));
  world = await PortalWorld.open();
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await world.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a verdict from a command line', { timeout: 60_000 }, () => {
  it('logs in, shows what is asked, is confirmed on the page by a press, and says how it ended', async () => {
    expect((await logIn('Alex')).out()).toMatch(/^Logged in at \S+ as Alex, until \S+Z\. Kept in /);
    expect(statSync(join(home, 'buildpass', 'logins.json')).mode & 0o777).toBe(0o600);
    const job = await world.story.ask(
      'deploy',
      { run_id: '3001', environment: 'eu \u202Etseb' },
      { reason: 'It is urgent.' },
    );
    const shell = run('requests', 'approve', job.id, '--reason', 'Read the commits & tests.');
    const { path, code } = await proposedBy(shell);
    expect(shell.err()).toMatch(/^reason {4}It is urgent\.$/m);
    expect(shell.err()).toContain('eu \\u{202e}tseb');
    expect(shell.err()).not.toContain('\u202E');
    expect(shell.err()).toMatch(/^gives {5}a JWT for https:\/\/deploy\.example\.com$/m);
    const page = await world.visit('Alex', path);
    await heading(page, 'Approve, as a terminal proposes?').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    await page.locator('.compare code').getByText(code, { exact: true }).waitFor();
    expect(await page.locator('.said', { hasText: 'Read the commits & tests.' }).count()).toBe(1);
    expect(await page.locator('textarea').count()).toBe(0);
    expect((await job.status()).body.state).toBe('pending');
    await press(page, 'Approve with this reason');
    await heading(page, 'The job goes on').waitFor();
    expect(await shell.ended).toBe(0);
    expect(shell.out()).toMatch(
      /^Approved by Alex for octo-org\/releases, \S+Z, in the log at \d+: Read the commits & tests\.\nThe request is approved\.\n$/,
    );
    const [entry] = (await world.story.broker.entries('approval.verdict')).filter(
      (one) => one['request_id'] === job.id,
    );
    expect(entry).toMatchObject({
      verdict: 'approve',
      binding: readProposal(job.id, path.split('#')[1] ?? '')?.binding,
    });
  });

  it('survives a sign-in on the way, and is put aside where it is not theirs', async () => {
    await logIn('Alex');
    const job = await world.story.ask('deploy', { run_id: '3002' });
    const shell = run('requests', 'reject', job.id, '--reason', 'No.');
    const { path } = await proposedBy(shell);
    const page = await world.visit(undefined, path);
    await heading(page, 'Sign in').waitFor();
    const back = encodeURIComponent(`/requests/${job.id}`);
    await page.goto(`${world.story.broker.running.demoLink('Alex')}&return=${back}`);
    await heading(page, 'Reject, as a terminal proposes?').waitFor();
    await press(page, 'Put it aside');
    await heading(page, 'Your verdict').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('');
    await world.story.decide('Kim', job, 'approve');
    expect(await shell.ended).toBe(1);
    expect(shell.err()).toContain('Not given: The request is approved without you.');
  });

  it('shows once more that it is them where the risk is high', async () => {
    await logIn('Alex');
    const job = await world.story.ask('risky', { run_id: '3003' });
    const shell = run('requests', 'approve', job.id, '--reason', 'Read it.', '--json');
    const page = await world.visit('Alex', (await proposedBy(shell)).path);
    await press(page, 'Approve with this reason');
    await page.getByRole('link', { name: 'Sign in once more' }).click();
    await press(page, 'Approve with this reason');
    await heading(page, 'The job goes on').waitFor();
    expect(await shell.ended).toBe(0);
    expect(JSON.parse(shell.out())).toMatchObject({
      ...{ request_id: job.id, state: 'approved' },
      given: { verdict: 'approve', step_up: 'provider', reason: 'Read it.', by: { name: 'Alex' } },
    });
  });
});

describe('a link that a stranger wrote, or that is old', () => {
  const linkTo = (job: WaitingJob, more: object = {}): Promise<string> =>
    proposedLink(world.story.broker, { name: 'Alex', request: job.id, ...more });

  it('is said to come with the link, in a quotation and with a code, and nothing is in the field of the person', async () => {
    const job = await world.story.ask('deploy', { run_id: '3004' });
    const path = await linkTo(job);
    const page = await world.visit('Alex', path);
    await page.getByText('somebody else wrote it').waitFor();
    await page.getByText('Reason, as it came with the link').waitFor();
    const proposal = readProposal(job.id, path.split('#')[1] ?? '');
    await expect.poll(() => page.locator('.compare code').innerText()).toBe(proposal && (await proposalCode(proposal)));
    expect(await page.locator('textarea').count()).toBe(0);
  });

  it.each([
    ['for another account', { principal: 'prn_another' }, 'is logged in as somebody else'],
    ['on something else', { binding: 'a'.repeat(64) }, 'is not what the terminal showed'],
    ['ten minutes ago', { until: 1_700_000_000_000 }, 'waits no longer'],
  ])('%s is not used', async (name, more, why) => {
    const job = await world.story.ask('deploy', { run_id: `3005${name.length}` });
    const page = await world.visit('Alex', await linkTo(job, more));
    await page.getByRole('alert').getByText(why).waitFor();
    await heading(page, 'Your verdict').waitFor();
    expect(await page.content()).not.toContain('I have read all of it.');
  });
});
