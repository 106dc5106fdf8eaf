// Somebody lost their last passkey: on the pages two of security give them a way back, and they read how long they have.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PEOPLE } from '../support/approval-story.ts';
import { signIn } from '../support/person-browser.ts';
import { SoftAuthenticator } from '../support/soft-authenticator.ts';
import { PortalWorld } from './portal-world.ts';

let world: PortalWorld;
beforeAll(async () => {
  world = await PortalWorld.open({ people: [...PEOPLE, { name: 'Rita', id: '9006', groups: ['security'] }] });
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

const button = (page: Page) => page.getByRole('button', { name: 'Propose or confirm the reset' });

async function fillIn(page: Page, principal: string): Promise<void> {
  await page.getByLabel('Their principal').fill(principal);
  await page.locator('#reset-reason').fill('Phone stolen, rang her up.');
  await button(page).click();
  // They come back to what they had typed.
  await page.getByRole('link', { name: 'Sign in once more' }).click();
  await page.waitForURL('**/me');
  await button(page).click();
}

it('two of security reset it, and whoever lost it reads until when a new one may be added', async () => {
  const { broker } = world.story;
  const alex = await signIn(broker, 'Alex');
  const { body } = await alex.post('/v1/passkeys/options');
  expect((await alex.post('/v1/passkeys', new SoftAuthenticator(world.url).create(body))).status).toBe(201);
  const { principal } = (await alex.get('/v1/me')).body;
  const sam = await world.visit('Sam', '/me');
  await fillIn(sam, principal);
  await sam.locator('#main').getByText('Nothing is changed yet').waitFor();
  expect((await new AxeBuilder({ page: sam }).analyze()).violations).toEqual([]);
  const rita = await world.visit('Rita', '/me');
  await fillIn(rita, principal);
  await rita.locator('#main').getByText('1 passkey was removed').waitFor();
  const lost = await world.visit('Alex', '/me');
  await lost.getByText('Your passkeys were removed.').waitFor();
});

it('is not there for whoever is not of security', async () => {
  const page = await world.visit('Kim', '/me');
  await page.getByRole('heading', { name: 'Your passkeys' }).waitFor();
  expect(await button(page).count()).toBe(0);
});
