// Pages whose answers are late, do not come, or cannot come: each says what happened and what is next, and goes on by itself or by a
// press once the broker is back. The test puts the clock of the page forward.
import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PortalWorld } from './portal-world.ts';

/** Of each page its address, what it asks for, and what shows that it is there. */
const PAGES = [
  ['home', '/', '**/v1/requests?view=waiting', 'Look and decide'],
  ['what is yours', '/', '**/v1/requests?view=mine', 'All of yours'],
  ['incidents', '/', '**/v1/break-glass', 'Look and decide'],
  ['a list', '/requests?view=waiting', '**/v1/requests?view=waiting', 'Deploy the web shop'],
  ['a request', '@request', '**/v1/requests/req_*', 'Your verdict'],
  ['the catalog', '/catalog', '**/v1/catalog', 'Choose one to read'],
  ['the account', '/me', '**/v1/me/command-lines', 'None is logged in'],
  ['passkeys', '/me', '**/v1/passkeys', 'You have none|no passkey'],
  ['linked accounts', '/me', '**/v1/sign-in', 'There is no other sign-in provider here'],
  ['who is signed in', '/', '**/v1/me', 'Look and decide'],
  ['pauses', '/access', '**/v1/pauses', 'Nothing is paused'],
  ['leases', '/access', '**/v1/leases?state=live', 'No lease is live'],
] as const;
const STOPPING = { code: 'SHUTTING_DOWN', detail: 'The broker is stopping. Ask the next one.', request_id: 'r-1' };

let world: PortalWorld;
let request = '';
beforeAll(async () => {
  world = await PortalWorld.open();
  request = `/requests/${(await world.story.ask('deploy', { run_id: '3001', actor_id: '9003' })).id}`;
  await world.story.ask('deploy', { run_id: '3002', actor_id: '9002' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

type Answering = (route: Route) => unknown;
const unavailable: Answering = (route) => route.fulfill({ status: 503, json: STOPPING });

/** A page of Alex, or of Sam who is of security, with one of its questions answered by the test. */
async function open(path: string, asks: string, answering: Answering): Promise<Page> {
  const page = await world.visit(path === '/access' ? 'Sam' : 'Alex', '/sign-in');
  await page.clock.install();
  await page.route(asks, answering);
  await page.goto(`${world.url}${path === '@request' ? request : path}`);
  return page;
}
const main = (page: Page) => page.locator('main');
const gone = (page: Page, words: string) => main(page).getByText(words).first().waitFor({ state: 'detached' });
const shows = (page: Page, words: string) => main(page).getByText(new RegExp(words)).first().waitFor();

describe.for(PAGES)('%s', ([name, path, asks, words]) => {
  it('says that it loads, and is there once the answer is', async () => {
    const answers = Promise.withResolvers<void>();
    const page = await open(path, asks, (route) => answers.promise.then(() => route.continue()));
    await page.clock.runFor(400);
    if (name !== 'incidents') await shows(page, 'Loading…');
    answers.resolve();
    await shows(page, words);
    await gone(page, 'Loading…');
  });

  it('says that no answer came, and asks again by itself', async () => {
    let asked = 0;
    const page = await open(path, asks, () => (asked += 1));
    await expect.poll(() => asked).toBeGreaterThan(0);
    await page.clock.runFor(15_000);
    await shows(page, 'Either it is stopped, or the connection from here to it is down. It is asked again every few');
    await page.unroute(asks);
    await page.clock.runFor(5_000);
    await shows(page, words);
    await gone(page, 'Either it is stopped');
  });

  it('says what the broker refused, with what to do, and tries again by a press', async () => {
    const page = await open(path, asks, unavailable);
    await shows(page, 'The broker is stopping. Ask the next one. Nothing was recorded. Try again in a minute.');
    await shows(page, 'SHUTTING_DOWN');
    await page.unroute(asks);
    await page.getByRole('button', { name: 'Try again' }).click();
    await shows(page, words);
    await gone(page, 'SHUTTING_DOWN');
  });
});

describe('a browser that is offline', () => {
  /** No time passes any more but what the test lets pass: what goes on by itself does so for another reason. */
  const stopTime = (page: Page) => page.clock.pauseAt(Date.now() + 60_000);

  it('keeps what it showed, says since when, and goes on as soon as it is back', async () => {
    const page = await open(request, '**/nothing', unavailable);
    await shows(page, 'Your verdict');
    await stopTime(page);
    await page.context().setOffline(true);
    // What was under way is answered, or fails, before it is asked again.
    const isOld = async (): Promise<boolean> => {
      await page.clock.runFor(5_000);
      return main(page)
        .getByText(/Not updating since .* Trying again/)
        .isVisible();
    };
    await expect.poll(isOld).toBe(true);
    await shows(page, 'Your verdict');
    await page.context().setOffline(false);
    await gone(page, 'Not updating since');
  });

  it('opens another page with what happened, and fills it as soon as it is back', async () => {
    const page = await open('/', '**/nothing', unavailable);
    await shows(page, 'Look and decide');
    await stopTime(page);
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Catalog', exact: true }).click();
    const isTold = async (): Promise<boolean> => {
      await page.clock.runFor(1_000);
      return main(page).getByText('Either it is stopped, or the connection').isVisible();
    };
    await expect.poll(isTold).toBe(true);
    await page.context().setOffline(false);
    await shows(page, 'Choose one to read');
  });
});

it('who lost the role sees no more of it, and is told why', async () => {
  const page = await open('/access', '**/nothing', unavailable);
  await shows(page, 'Nothing is paused');
  const refusal = { code: 'NOT_SECURITY', detail: 'This is for people with the role security.' };
  await page.route('**/v1/pauses', (route) => route.fulfill({ status: 403, json: refusal }));
  await page.clock.runFor(10_000);
  await shows(page, 'Ask somebody of security to do it.');
  await gone(page, 'Nothing is paused');
});

it('a sign-in page without an answer says so, and goes on by itself', async () => {
  const page = await world.visit(undefined, '/healthz');
  await page.clock.install();
  await page.route('**/v1/sign-in', unavailable);
  await page.goto(`${world.url}/sign-in`);
  await shows(page, 'The broker is stopping');
  await page.unroute('**/v1/sign-in');
  await page.clock.runFor(5_000);
  await gone(page, 'SHUTTING_DOWN');
});
