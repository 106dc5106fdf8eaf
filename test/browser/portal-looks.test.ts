// What a machine can judge of how the pages look: what a page is about and what is next in its first screen, states that differ
// without their colour, few sizes and weights of text, spaces of one scale, edges in line, and long lists.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PortalWorld } from './portal-world.ts';

const WAITING = 60;
const PAGES = [
  'home',
  'nothing',
  'pending',
  'own',
  'issued',
  'refused',
  'waiting',
  'all',
  'catalog',
  'one',
  'me',
  'access',
] as const;

let world: PortalWorld;
const pages: Record<string, readonly [person: string, path: string]> = {};

beforeAll(async () => {
  world = await PortalWorld.open();
  const { story } = world;
  const issued = await story.ask('deploy', { sha: 'b'.repeat(40), run_id: '1' });
  await story.decide('Alex', issued, 'approve');
  await issued.collect();
  const rejected = await story.ask('deploy', { run_id: '2' });
  await story.decide('Alex', rejected, 'reject');
  const claims = { actor_id: '9001', ref: 'refs/heads/hotfix', run_id: '3' };
  const { body: refused } = await story.broker.ask({ scope: 'shop/deploy', claims });
  const long = { reason: 'It is needed, '.repeat(12), ticket: 'SHOP-1' };
  const pending = await story.ask('risky', { run_id: '4', environment: 'e'.repeat(200) }, long);
  for (let run = 1; run < WAITING; run += 1) await story.ask('deploy', { run_id: String(100 + run) });
  Object.assign(pages, {
    home: ['Alex', '/'],
    nothing: ['Toni', '/'],
    pending: ['Alex', `/requests/${pending.id}`],
    own: ['Robin', `/requests/${pending.id}`],
    issued: ['Alex', `/requests/${issued.id}`],
    refused: ['Robin', `/requests/${refused.request_id}`],
    waiting: ['Alex', '/requests?view=waiting'],
    all: ['Sam', '/requests?view=all'],
    catalog: ['Alex', '/catalog'],
    one: ['Alex', '/catalog/shop/risky'],
    me: ['Alex', '/me'],
    access: ['Sam', '/access'],
  });
}, 120_000);
afterEach(() => world.leave());
afterAll(() => world.close());

function open(name: string, width = 1280): Promise<Page> {
  const [person, path] = pages[name] ?? ['Alex', '/'];
  return world.visitWhole(person, path, { reducedMotion: 'reduce', viewport: { width, height: 800 } });
}

/** In the page. */
const SEEN = `const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.heard, .skip');
const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
const top = (one) => one.getBoundingClientRect().top;`;
const look = <T>(page: Page, what: string): Promise<T> => page.evaluate(`(() => { ${SEEN} ${what} })()`);

describe('the first screen', () => {
  it.for(PAGES)('of %s says in one heading and a sentence what it is about, and offers what is next', async (name) => {
    for (const width of [1280, 390]) {
      const page = await open(name, width);
      const first = await look<object>(
        page,
        `const within = (one) => top(one) < innerHeight;
        return {
          headings: all('h1').length,
          said: all('main p, main dl').filter(within).length > 0,
          next: all('main a, main button, main input, .bottom-bar a').filter(within).length > 0,
        };`,
      );
      expect([width, first]).toEqual([width, { headings: 1, said: true, next: true }]);
      await world.leave();
    }
  });

  it.for(PAGES)('and all of %s has one solid button at most', async (name) => {
    const page = await open(name);
    const solid = `const ink = getComputedStyle(document.body).color;
      return all('main a, main button').filter((one) => getComputedStyle(one).backgroundColor === ink).length;`;
    expect(await look<number>(page, solid)).toBeLessThanOrEqual(1);
  });
});

describe('without its colour', () => {
  it.for(['home', 'pending', 'issued', 'refused', 'all', 'access'])(
    'every state of %s has a shape and a word',
    async (name) => {
      const page = await open(name);
      const marks = await look<{ shape: string | null; word: string }[]>(
        page,
        `return all('.tag, .quiet').map((one) => ({
        shape: one.querySelector('use')?.getAttribute('href') ?? null,
        word: one.textContent.trim(),
      }));`,
      );
      expect(marks.length).toBeGreaterThan(0);
      expect(marks.filter(({ shape, word }) => shape === null || word === '')).toEqual([]);
    },
  );
});

describe('the scale', () => {
  it.for(PAGES)('of %s has at most five sizes of text and three weights', async (name) => {
    const page = await open(name);
    const text = await look<{ sizes: string[]; weights: string[] }>(
      page,
      `const styles = all('body *')
        .filter((one) => [...one.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim() !== ''))
        .map((one) => getComputedStyle(one));
      const own = styles.filter(({ fontFamily }) => !fontFamily.includes('mono'));
      return {
        sizes: [...new Set(own.map(({ fontSize }) => fontSize))],
        weights: [...new Set(styles.map(({ fontWeight }) => fontWeight))],
      };`,
    );
    expect(text.sizes.length, text.sizes.join()).toBeLessThanOrEqual(5);
    expect(text.weights.length, text.weights.join()).toBeLessThanOrEqual(3);
  });

  it.for(PAGES)('of %s has eight spaces between blocks, and their left edges in line', async (name) => {
    const page = await open(name);
    const { spaces, edges } = await look<{ spaces: string[]; edges: number[] }>(
      page,
      `const blocks = all('main h1, main h2, main p.lead, main section, main .card, main form, main .columns, main dl');
      const of = (style) => ['marginTop', 'marginBottom', 'paddingTop', 'paddingBottom', 'rowGap'].map((one) => style[one]);
      const left = all('main h1, main > .lead, main > section, main > .card, main > .chips, main .main-column > *');
      return {
        spaces: [...new Set(blocks.flatMap((one) => of(getComputedStyle(one))))],
        edges: [...new Set(left.map((one) => Math.round(one.getBoundingClientRect().left)))],
      };`,
    );
    const scale = ['normal', ...[0, 4, 8, 12, 16, 24, 32, 48, 64].map((space) => `${space}px`)];
    expect(spaces.filter((space) => !scale.includes(space))).toEqual([]);
    expect(edges).toHaveLength(1);
  });
});

describe('a long list', () => {
  it('is twenty cards on the first page, says that there are more, and leads to a table of the others', async () => {
    const page = await open('home');
    expect(await page.locator('.waiting-list > li').count()).toBe(20);
    expect(await page.locator('main .lead').textContent()).toBe(
      'More than 50 requests need a verdict from one of your teams. These 20 end first.',
    );
    expect(await page.locator('header .count').textContent()).toContain('50+');
    await page.getByRole('link', { name: 'All that waits for you' }).click();
    await page.getByRole('link', { name: 'Show what ends later' }).click();
    await expect.poll(() => page.locator('main tbody tr').count()).toBe(WAITING - 50);
    expect(await page.getByRole('link', { name: 'Show what ends later' }).count()).toBe(0);
  });

  it('of nothing says what will be there', async () => {
    const page = await open('nothing');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Nothing waits for you');
    expect(await page.locator('main .lead').textContent()).toContain('it shows up here by itself');
  });
});
