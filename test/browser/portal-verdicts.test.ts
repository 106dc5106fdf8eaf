import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WaitingJob } from '../support/approval-story.ts';
import { PortalWorld } from './portal-world.ts';

let world: PortalWorld;
/** how far the broker’s clock is ahead of the machine’s; it never goes back */
let ahead = 0;

beforeAll(async () => {
  world = await PortalWorld.open({ clock: { now: () => Date.now() + ahead } });
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

const open = (name: string, job: WaitingJob): Promise<Page> => world.visit(name, `/requests/${job.id}`);
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const verdictsOf = async (job: WaitingJob) =>
  (await world.story.broker.entries('approval.verdict')).filter((entry) => entry['request_id'] === job.id);

describe('an approver', () => {
  it('finds what waits on the first page, reads it, approves, and the job gets its credential', async () => {
    const job = await world.story.ask('deploy', { run_id: '1001' });
    const page = await world.visit('Alex');
    await page.locator(`a[href="/requests/${job.id}"]`).click();
    await heading(page, 'Deploy the web shop').waitFor();
    expect(await page.locator('main').innerText()).toContain('a JWT for https://deploy.example.com'.slice(2));
    await press(page, 'Approve');
    await heading(page, 'The job goes on').waitFor();
    expect((await job.collect()).status).toBe(200);
    await page.getByText('Issued (approved)').waitFor();
  });

  it('rejects with a reason, which the job is told and the page keeps', async () => {
    const job = await world.story.ask('deploy', { run_id: '1002' });
    const page = await open('Alex', job);
    await page.getByLabel('Reason').fill('Not during the sale.');
    await press(page, 'Reject');
    await heading(page, 'It was rejected').waitFor();
    expect((await job.status()).body).toMatchObject({ state: 'rejected', reason: 'Not during the sale.' });
    expect(await page.locator('.said', { hasText: 'Not during the sale.' }).count()).toBeGreaterThan(0);
  });

  it('who rejects without a reason is told so, the cursor is in the field, and nothing was sent', async () => {
    const job = await world.story.ask('deploy', { run_id: '1003' });
    const page = await open('Alex', job);
    await press(page, 'Reject');
    await page.getByRole('alert').getByText('Say in a few words why.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('verdict-reason');
    expect(await verdictsOf(job)).toEqual([]);
  });

  it('sends the binding that was on the screen', async () => {
    const job = await world.story.ask('deploy', { run_id: '1004' });
    const page = await open('Alex', job);
    await press(page, 'All 64 digits');
    const shown = (await page.locator('.stub code').innerText()).replaceAll(' ', '');
    await press(page, 'Approve');
    await heading(page, 'The job goes on').waitFor();
    expect(await verdictsOf(job)).toMatchObject([{ binding: shown, verdict: 'approve', approval: 'approved' }]);
  });
});

describe('two people', () => {
  it('each give theirs, and the first sees the second come in without doing anything', async () => {
    const job = await world.story.ask('two', { run_id: '1005' });
    const [alex, kim] = [await open('Alex', job), await open('Kim', job)];
    await press(alex, 'Approve');
    await heading(alex, '1 more approval is needed').waitFor();
    await kim.getByText('1 of 2 approved so far').waitFor();
    await press(kim, 'Approve');
    await heading(kim, 'The job goes on').waitFor();
    await heading(alex, 'The job goes on').waitFor();
  });

  it('who come to different verdicts: the slower one is told, and keeps what they typed until then', async () => {
    const job = await world.story.ask('deploy', { run_id: '1006' });
    const page = await open('Alex', job);
    await page.getByLabel('Reason').fill('I was about to');
    await world.story.decide('Kim', job, { verdict: 'reject', reason: 'No.' });
    // Where the page has heard of it first, there is nothing to press any more.
    void press(page, 'Approve').catch(() => undefined);
    await heading(page, 'It was rejected').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('verdict');
  });
});

describe('somebody who may not decide', () => {
  it('and asked for it is told why, and can take it back', async () => {
    const job = await world.story.ask('deploy', { run_id: '1007' });
    const page = await open('Robin', job);
    await heading(page, 'You asked for it yourself').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await press(page, 'Withdraw it…');
    await press(page, 'Withdraw it');
    await heading(page, 'It was withdrawn').waitFor();
    expect((await job.status()).body.state).toBe('withdrawn');
  });

  it('and is of security sees it, with who decides', async () => {
    const job = await world.story.ask('deploy', { run_id: '1008' });
    const page = await open('Sam', job);
    await heading(page, 'Others decide this one').waitFor();
    expect(await page.locator('main').innerText()).toContain('octo-org/releases');
  });

  it('nor see it, is told that there is nothing here for them', async () => {
    const job = await world.story.ask('deploy', { run_id: '1009' });
    const page = await open('Toni', job);
    await heading(page, 'There is nothing here for this account').waitFor();
    expect(await page.content()).not.toContain('Deploy the web shop');
  });
});

describe('a request that ends while somebody looks', () => {
  it('says so by itself, without moving the page', async () => {
    const job = await world.story.ask('deploy', { run_id: '1010' });
    const page = await open('Alex', job);
    await page.getByLabel('Reason').focus();
    const top = await page.evaluate('scrollY');
    ahead += 31 * 60_000;
    await world.story.broker.running.runBackground();
    await heading(page, 'Nobody decided in time').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('verdict');
    expect(await page.evaluate('scrollY')).toBe(top);
    await page.getByRole('status').filter({ hasText: 'Expired.' }).waitFor({ state: 'attached' });
  });

  it('keeps what it showed while the broker is away, and says since when', async () => {
    const job = await world.story.ask('deploy', { run_id: '1011' });
    const page = await open('Alex', job);
    await heading(page, 'Your verdict').waitFor();
    world.makesItSay(/ERR_FAILED/);
    await page.route('**/v1/**', (route) => route.abort());
    await page.getByText('Not updating since').waitFor();
    await page.unroute('**/v1/**');
    await page.getByText('Not updating since').waitFor({ state: 'detached' });
  });
});
