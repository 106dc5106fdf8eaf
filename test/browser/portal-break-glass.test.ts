// An emergency on the pages: who asked uses break-glass, everybody sees it, and somebody else reviews it.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { emergencyOptions } from '../support/break-glass-story.ts';
import { PortalWorld } from './portal-world.ts';

let world: PortalWorld;
beforeAll(async () => {
  world = await PortalWorld.open(emergencyOptions());
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const serious = async (page: Page): Promise<string[]> =>
  (await new AxeBuilder({ page }).analyze()).violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id }) => id);

it('is used with reason and ticket, after one has shown who one is, and reviewed by somebody else', async () => {
  const job = await world.story.ask('rescue', { run_id: '3001' });
  const page = await world.visit('Robin', `/requests/${job.id}`);
  await page.getByRole('heading', { name: 'Break-glass', exact: true }).waitFor();
  expect(await serious(page)).toEqual([]);
  // Nobody is asked to approve it, and nothing says so.
  await page.getByText('Waiting for break-glass').waitFor();
  await page.getByText('Its policy has break-glass alone: nobody approves it.').waitFor();
  expect(await page.locator('main').innerText()).not.toMatch(/[0-9] (more )?approv/);
  await press(page, 'Break the glass');
  await page.getByRole('alert').getByText('Both are needed').waitFor();
  await page.getByLabel('What is the emergency?').fill('The shop is down.');
  await page.getByLabel('Ticket').fill('INC-7');
  await press(page, 'Break the glass');
  await page.getByRole('link', { name: 'Sign in once more' }).click();
  await page.getByLabel('What is the emergency?').fill('The shop is down.');
  await page.getByLabel('Ticket').fill('INC-7');
  await press(page, 'Break the glass');
  await page.getByRole('heading', { name: 'Break-glass was used', exact: true }).waitFor();
  await page.getByText('Break-glass used', { exact: true }).first().waitFor();
  expect(await page.locator('.tag').allInnerTexts()).not.toContain('Approved');
  expect((await job.collect()).body).toMatchObject({ assurance: 'break-glass' });

  // Before the page asks for anything: what is under way with the session's token from before is refused.
  const sam = await world.visit('Sam', '/sign-in');
  await sam.request.get(`${world.url}/sign-in/demo?step-up=1`, { maxRedirects: 0 });
  await sam.goto(world.url);
  await sam.getByRole('heading', { name: '1 break-glass incident to review' }).waitFor();
  expect(await serious(sam)).toEqual([]);
  await sam.getByLabel('What came of it?').fill('It was the database.');
  await press(sam, 'Reviewed');
  await sam.getByRole('heading', { name: '1 break-glass incident to review' }).waitFor({ state: 'detached' });
  expect(await world.story.broker.entries('break-glass.reviewed')).toHaveLength(1);
});

it('is not for somebody who may only read it', async () => {
  const job = await world.story.ask('rescue', { run_id: '3002' });
  const page = await world.visit('Sam', `/requests/${job.id}`);
  await page.getByRole('heading', { name: 'Break-glass', exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Break the glass' }).count()).toBe(0);
});
