import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { logInCommandLine } from '../support/command-line-login.ts';
import { proposedLink } from '../support/proposed-link.ts';
import { revocable } from '../support/revocable-policies.ts';
import { PortalWorld } from './portal-world.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PAGES = ['sign-in', 'home', 'nothing', 'pending', 'own', 'issued', 'rejected', 'refused', 'stranger'] as const;
const MORE = [
  'requests',
  'catalog',
  'entitlement',
  'account',
  'nowhere',
  'device',
  'proposed',
  'access',
  'access-refused',
] as const;
const ALL = [...PAGES, ...MORE];

let world: PortalWorld;
const pages: Record<string, readonly [person: string | undefined, path: string]> = {};

beforeAll(async () => {
  world = await PortalWorld.open(revocable());
  const { story } = world;
  const issued = await story.ask('deploy', { sha: 'b'.repeat(40), run_id: '5001' });
  await story.decide('Alex', issued, { verdict: 'approve', reason: 'Read the six commits.' });
  await issued.collect();
  const rejected = await story.ask('deploy', { run_id: '5002' });
  await story.decide('Kim', rejected, { verdict: 'reject', reason: 'Not during the sale.' });
  const pending = await story.ask(
    'risky',
    { run_id: '5003', environment: 'staging' },
    { reason: 'v4.2.0', ticket: 'S-1' },
  );
  await story.ask('two', { run_id: '5003' });
  const refused = await story.broker.ask({
    ...{ scope: 'shop/deploy', claims: { actor_id: '9001', ref: 'refs/heads/hotfix', run_id: '5004' } },
  });
  await story.broker.ask({ scope: 'shop/upstream', claims: { run_id: '5005' } });
  const sam = await story.person('Sam');
  await sam.follow('/sign-in/demo?step-up=1');
  await sam.post('/v1/pauses', { of: { scope: 'entitlement', target: 'shop/run' }, reason: 'INC-7: look first.' });
  await logInCommandLine(story.broker, 'Alex');
  Object.assign(pages, {
    'sign-in': [undefined, '/sign-in?error=SIGN_IN_EXPIRED&return=/catalog'],
    home: ['Alex', '/'],
    nothing: ['Toni', '/'],
    pending: ['Alex', `/requests/${pending.id}`],
    own: ['Robin', `/requests/${pending.id}`],
    issued: ['Alex', `/requests/${issued.id}`],
    rejected: ['Robin', `/requests/${rejected.id}`],
    refused: ['Robin', `/requests/${refused.body.request_id}`],
    stranger: ['Toni', `/requests/${pending.id}`],
    requests: ['Sam', '/requests?view=all'],
    catalog: ['Alex', '/catalog'],
    entitlement: ['Alex', '/catalog/shop/risky'],
    account: ['Alex', '/me'],
    nowhere: ['Alex', '/catalog/no/such'],
    device: ['Alex', '/device'],
    access: ['Sam', '/access'],
    'access-refused': ['Alex', '/access'],
    proposed: ['Alex', await proposedLink(story.broker, { name: 'Alex', request: pending.id })],
  });
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

function open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const [person, path] = pages[name] ?? [undefined, '/'];
  // A colour that is on its way to another has the contrast of neither.
  return world.visitWhole(person, path, { reducedMotion: 'reduce', ...options });
}

const at = (width: number, colorScheme: 'light' | 'dark' = 'light'): BrowserContextOptions => ({
  viewport: { width, height: 800 },
  colorScheme,
});
const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

async function violations(page: Page): Promise<string[]> {
  const found = (await new AxeBuilder({ page }).withTags(RULES).analyze()).violations;
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('axe objects to nothing', () => {
  it.for(ALL.flatMap((name) => (['light', 'dark'] as const).map((scheme) => [name, scheme] as const)))(
    'on %s in %s, wide and narrow',
    async ([name, scheme]) => {
      const page = await open(name, at(1280, scheme));
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        expect([width, await violations(page)]).toEqual([width, []]);
      }
    },
  );

  it('while somebody is to show that it is them, and where a reason is missing', async () => {
    const page = await open('pending', at(1280));
    await page.getByRole('button', { name: 'Reject' }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Reason').fill('No.');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('heading', { name: 'Show that it is you' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe('on every width', () => {
  it.for(ALL)('nothing of %s hangs over', async (name) => {
    const page = await open(name, at(1280));
    for (const width of [1280, 1000, 900, 899, 640, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect([width, await overhang(page)]).toEqual([width, 0]);
    }
  });

  it.for(['home', 'pending', 'entitlement', 'account'])('%s holds text that the reader spaces out', async (name) => {
    const page = await open(name, { ...at(390), bypassCSP: true });
    // WCAG 2.2, 1.4.12.
    await page.addStyleTag({
      content: '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }',
    });
    expect(await overhang(page)).toBe(0);
  });
});

/** In the page: what has the focus, and whether that is seen. */
const FOCUS = `(() => {
  const { activeElement: one } = document;
  const { top, bottom, width, height, left } = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const onTop = document.elementFromPoint(left + width / 2, Math.min(Math.max(top + height / 2, 1), innerHeight - 2));
  return {
    id: one.id || one.textContent || one.getAttribute('placeholder'),
    outline: style.outlineStyle + ' ' + style.outlineWidth,
    seen: top >= 0 && bottom <= innerHeight && (onTop === one || one.contains(onTop) || (onTop !== null && onTop.contains(one))),
    tall: height >= 24,
  };
})()`;
const STOPS = `[...document.querySelectorAll('a, button, summary, input, select, textarea')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => one.id || one.textContent || one.getAttribute('placeholder'))`;

interface Focus {
  readonly id: string;
}

describe('with the keyboard alone', () => {
  it.for(ALL.flatMap((name) => [1280, 390].map((width) => [name, width] as const)))(
    '%s at %i px: everything is reached in the order of reading, and seen',
    async ([name, width]) => {
      const page = await open(name, at(width));
      const all: string[] = await page.evaluate(STOPS);
      const reached: Focus[] = [];
      for (const _ of all) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate(FOCUS));
      }
      expect(reached.map(({ id }) => id)).toEqual(all);
      for (const focus of reached) expect(focus).toMatchObject({ outline: 'solid 2px', seen: true, tall: true });
    },
  );

  it('somebody goes from the first page to a verdict', async () => {
    const job = await world.story.ask('self', { run_id: '5009', actor_id: '9001' });
    const page = await open('home', at(1280));
    await page.locator(`a[href="/requests/${job.id}"]`).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('Shift+Tab');
    for (const key of ['Tab', 'Tab']) await page.keyboard.press(key);
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('Looks fine.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The job goes on' }).waitFor();
    expect((await job.status()).body.state).toBe('approved');
  });

  it('a second skip link leads to the verdict', async () => {
    const page = await open('pending', at(1280));
    for (const key of ['Tab', 'Enter', 'Tab', 'Enter']) await page.keyboard.press(key);
    expect(await page.evaluate('document.activeElement.id')).toBe('verdict');
  });
});

it('an entitlement that is gone leads to the catalog, on a phone too, where no list stands beside it', async () => {
  const page = await open('nowhere', at(390));
  await page.getByRole('main').getByRole('link', { name: 'Show the whole catalog' }).click();
  await page.getByRole('link', { name: 'Deploy the web shop' }).first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/catalog');
});

describe('the whole of what a page loads', () => {
  it('is small, and from here', async () => {
    const loaded: { url: string; size: Promise<number> }[] = [];
    const page = await world.visit('Alex', '/nowhere-at-all');
    page.on('response', (response) => {
      // Answers of the page before, which is left, may never be whole.
      if (response.url().includes('/v1/')) return;
      const size = response.request().sizes();
      loaded.push({ url: response.url(), size: size.then((sizes) => sizes.responseBodySize) });
    });
    await page.goto(`${world.url}${pages['pending']?.[1]}`, { waitUntil: 'networkidle' });
    expect(loaded.filter(({ url }) => !url.startsWith(world.url))).toEqual([]);
    const sizes = await Promise.all(loaded.map(({ size }) => size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });
});
