import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withAuthenticator } from './authenticator.ts';
import { PortalWorld } from './portal-world.ts';

let world: PortalWorld;

beforeAll(async () => {
  world = await PortalWorld.open();
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

async function wantsToApprove(page: Page): Promise<void> {
  await page.getByLabel('Reason').fill('Read the six commits.');
  await press(page, 'Approve');
  await page.getByRole('heading', { name: 'Show that it is you' }).waitFor();
}

const verdictOn = async (id: string) =>
  (await world.story.broker.entries('approval.verdict')).find((entry) => entry['request_id'] === id);

describe('a verdict on high risk', () => {
  it('by somebody who signs in once more: they come back to the form as it was', async () => {
    const job = await world.story.ask('risky', { run_id: '3001' });
    const page = await world.visit('Alex', `/requests/${job.id}`);
    await wantsToApprove(page);
    expect(await page.locator('#verdict-panel').innerText()).toContain('You approve shop/risky, 5 min');
    await page.getByRole('link', { name: 'Sign in once more' }).click();
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('Read the six commits.');
    await press(page, 'Approve');
    await page.getByRole('heading', { name: 'The job goes on' }).waitFor();
    expect(await verdictOn(job.id)).toMatchObject({ verdict: 'approve', step_up: 'provider' });
  });

  it('by somebody with a passkey, who adds it, uses it, and is done in one step', async () => {
    const job = await world.story.ask('risky', { run_id: '3002' });
    const page = await world.visit('Kim', '/me');
    await withAuthenticator(page);
    await page.getByLabel('Name of a new one').fill('Work laptop');
    await press(page, 'Add a passkey…');
    await page.locator('.said', { hasText: 'Work laptop' }).waitFor();
    await page.goto(`${world.url}/requests/${job.id}`);
    await wantsToApprove(page);
    await press(page, 'Use passkey');
    await page.getByRole('heading', { name: 'The job goes on' }).waitFor();
    expect(await verdictOn(job.id)).toMatchObject({ verdict: 'approve', step_up: 'passkey' });
  });

  it('leaves a page where it is that was asking meanwhile, with the token from before', async () => {
    const job = await world.story.ask('risky', { run_id: '3004' });
    const page = await world.visit('Alex', `/requests/${job.id}`);
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
    const before = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    await page.request.get(`${world.url}/sign-in/demo?step-up=1`, { maxRedirects: 0 });
    const answers: number[] = [];
    await page.route('**/v1/requests?view=waiting', async (route) => {
      const headers = { ...route.request().headers(), ...(answers.length === 0 && { cookie: before }) };
      const response = await route.fetch({ headers });
      answers.push(response.status());
      await route.fulfill({ response });
    });
    await expect.poll(() => answers).toEqual([401, 200]);
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
  });

  it('can be gone back from, with what was typed', async () => {
    const job = await world.story.ask('risky', { run_id: '3003' });
    const page = await world.visit('Alex', `/requests/${job.id}`);
    await wantsToApprove(page);
    await press(page, 'Back');
    expect(await page.getByLabel('Reason').inputValue()).toBe('Read the six commits.');
    expect(await verdictOn(job.id)).toBeUndefined();
  });
});
