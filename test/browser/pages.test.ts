import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type PageServer, servePages } from '../broker/http/pages/page-server.ts';
import { openPageStore, type PageStore, WRONG_BRANCH } from '../broker/http/pages/page-store.ts';
import { launchBrowser } from './browser.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const HOSTILE = `x" Approved by acme/security \u202Egnp.exe <b>bold</b> ${'unbroken'.repeat(200)}`;
const SHOWN = ['overview', 'refused', 'issued', 'hostile', 'missing', 'empty'] as const;

let browser: Browser;
const servers: PageServer[] = [];
const stores: PageStore[] = [];
const urls: Record<string, string> = {};

beforeAll(async () => {
  browser = await launchBrowser();
  const [full, empty] = [await openPageStore(), await openPageStore()];
  stores.push(full, empty);
  const [demo, bare] = [
    await servePages({ store: full.store, demo: true }),
    await servePages({ store: empty.store, demo: true }),
  ];
  servers.push(demo, bare);
  await full.begin();
  const reason = {
    ...WRONG_BRANCH,
    got: HOSTILE,
    message: `This job has ${JSON.stringify(HOSTILE)}. Run it elsewhere.`,
  };
  const hostile = { ref: `refs/heads/${HOSTILE}`, environment: HOSTILE, actor: HOSTILE };
  const requests = {
    refused: await full.refused([WRONG_BRANCH], { minutesAgo: 9 }),
    issued: await full.issued({
      minutesAgo: 5,
      returnedAfter: 60,
      row: { parameters: JSON.stringify([600, HOSTILE, 'SHOP-812']) },
    }),
    revocable: await full.issued({ minutesAgo: 4, revocation: 'immediate' }),
    unknown: await full.inState('unknown', { minutesAgo: 3 }),
    hostile: await full.refused([reason], {
      minutesAgo: 2,
      subject: hostile,
      row: { entitlement: 'e'.repeat(40), project: 'p'.repeat(40) },
    }),
  };
  for (const [name, id] of Object.entries(requests)) urls[name] = `${demo.url}/demo/requests/${id}`;
  Object.assign(urls, {
    // from the first page to one step of the rail, which is then marked
    linked: `${urls['issued']}#log-5`,
    overview: `${demo.url}/demo`,
    missing: `${demo.url}/demo/requests/req_no`,
    empty: `${bare.url}/demo`,
  });
});
afterAll(async () => {
  await browser.close();
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all(stores.map(({ store }) => store.close()));
});

async function open(name: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(urls[name] ?? '');
  // What the content policy refuses, a style attribute for one, is said on the console.
  expect(said.filter((text) => !text.includes('404'))).toEqual([]);
  return page;
}

const at = (width: number, colorScheme: 'light' | 'dark' = 'light'): BrowserContextOptions => ({
  viewport: { width, height: 800 },
  colorScheme,
});
const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  it.for([...SHOWN, 'linked'].flatMap((name) => [1280, 390].map((width) => [name, width] as const)))(
    '%s at %i px has nothing that axe objects to',
    async ([name, width]) => {
      const page = await open(name, at(width, scheme));
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    },
  );
});

describe('on every width', () => {
  it.for(SHOWN)('nothing of %s hangs over', async (name) => {
    const page = await open(name, at(1280));
    for (const width of [1280, 1000, 900, 899, 640, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect([width, await overhang(page)]).toEqual([width, 0]);
    }
  });

  it('text that the reader spaces out still fits', async () => {
    for (const name of SHOWN) {
      const page = await open(name, { ...at(390), bypassCSP: true });
      // WCAG 2.2, 1.4.12.
      await page.addStyleTag({
        content:
          '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }',
      });
      expect([name, await overhang(page)]).toEqual([name, 0]);
    }
  });
});

interface Focus {
  readonly text: string;
  readonly outline: string;
  readonly inSight: boolean;
  readonly tall: boolean;
}

/** In the page: what has the focus, and whether that is seen. */
const FOCUS = `(() => {
  const { activeElement: one } = document;
  const { top, bottom, height } = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return { text: one.textContent, outline: style.outlineStyle + ' ' + style.outlineWidth, inSight: top >= 0 && bottom <= innerHeight, tall: height >= 24 };
})()`;

describe('with the keyboard alone', () => {
  it.for(SHOWN.flatMap((name) => [1280, 390].map((width) => [name, width] as const)))(
    '%s at %i px: everything is reached in the order of reading, and seen',
    async ([name, width]) => {
      const page = await open(name, at(width));
      const all: string[] = await page.evaluate(
        "[...document.querySelectorAll('a, summary')].map((one) => one.textContent)",
      );
      const reached: Focus[] = [];
      for (const _ of all) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate(FOCUS));
      }
      expect(reached.map(({ text }) => text)).toEqual(all);
      for (const focus of reached) expect(focus).toMatchObject({ outline: 'solid 2px', inSight: true, tall: true });
    },
  );

  it('the first stop leads past the bar', async () => {
    const page = await open('overview', at(390));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });
});

describe('without colour', () => {
  it('every state still has a shape and a word', async () => {
    const page = await open('overview', at(1280));
    const states: { word: string; icon: string }[] = await page.evaluate(
      "[...document.querySelectorAll('.quiet')].map((one) => ({ word: one.textContent.trim(), icon: one.querySelector('use').getAttribute('href') }))",
    );
    expect(states.length).toBeGreaterThan(10);
    expect(states.filter(({ word, icon }) => word === '' || !/^#icon-/.test(icon))).toEqual([]);
    const drawn: string[] = await page.evaluate(
      "[...document.querySelectorAll('use')].filter((one) => document.querySelector(one.getAttribute('href')) === null).map(String)",
    );
    expect(drawn).toEqual([]);
  });
});

describe('the whole of what a page loads', () => {
  it('is small, and from here', async () => {
    const context = await browser.newContext(at(1280));
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const loaded: Promise<{ url: string; bytes: number }>[] = [];
    page.on('response', (response) =>
      loaded.push(response.body().then((body) => ({ url: response.url(), bytes: body.length }))),
    );
    await page.goto(urls['issued'] ?? '', { waitUntil: 'networkidle' });
    const files = await Promise.all(loaded);
    expect(files.filter(({ url }) => !url.startsWith(new URL(urls['issued'] ?? '').origin))).toEqual([]);
    expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(100_000);
  });
});
