import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PortalWorld } from './portal-world.ts';

const OURS = 'Approved by octo-org/security';
const HOSTILE = `"${OURS} \u202Egnp.exe\u200b <img src=x onerror=alert(1)> <b>bold</b> ${'unbroken'.repeat(125)}`;

let world: PortalWorld;

beforeAll(async () => {
  world = await PortalWorld.open();
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

/** What the page says beside what it quotes. */
const OWN_WORDS = `(() => {
  const copy = document.body.cloneNode(true);
  for (const one of copy.querySelectorAll('.said, script, style')) one.remove();
  return copy.textContent;
})()`;

const hostileJob = () =>
  world.story.ask(
    'deploy',
    { environment: HOSTILE, actor: HOSTILE, sha: 'c'.repeat(40), run_id: '4001' },
    {
      reason: HOSTILE.replaceAll(/[\u202E\u200b]/g, '').slice(0, 200),
      ticket: OURS,
    },
  );

describe('what a job typed or named', () => {
  it.each([1280, 390, 320])('is quoted, obeyed nowhere, and stays inside the page at %i px', async (width) => {
    const job = await hostileJob();
    for (const path of [`/requests/${job.id}`, '/', '/requests?view=all']) {
      const page = await world.visit('Alex', path, { viewport: { width, height: 800 } });
      await page.locator('.said').first().waitFor();
      expect(await page.evaluate(OWN_WORDS)).not.toMatch(/Approved by octo-org|alert|\u202E/);
      expect(await page.locator('main img, main b').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
  });

  it('stays quoted in a refusal, whose sentence names the branch', async () => {
    const claims = { actor_id: '9001', ref: `refs/heads/${HOSTILE}`, run_id: '4003' };
    const { body } = await world.story.broker.ask({ scope: 'shop/deploy', claims });
    const page = await world.visit('Robin', `/requests/${body.request_id}`);
    await page.getByRole('heading', { name: 'What to change' }).waitFor();
    expect(await page.evaluate(OWN_WORDS)).not.toMatch(/Approved by octo-org|alert|\u202E/);
    expect(await page.evaluate(OWN_WORDS)).toContain('The first rule wants branch to be main');
  });

  it('shows signs that turn the writing as what they are', async () => {
    const job = await hostileJob();
    const page = await world.visit('Alex', `/requests/${job.id}`);
    await page.locator('.point', { hasText: 'U+202E' }).first().waitFor();
    expect(await page.content()).not.toContain('\u202E');
  });

  it('is whole where it is asked for', async () => {
    const job = await hostileJob();
    const page = await world.visit('Alex', `/requests/${job.id}`);
    const more = page.locator('summary', { hasText: 'Show all' }).first();
    await more.click();
    expect(await page.locator('details[open] .said').first().innerText()).toContain('unbroken'.repeat(125));
  });
});

describe('what people typed', () => {
  it('a reason that sounds like the broker is quoted, under the name of who wrote it', async () => {
    const job = await world.story.ask('two', { run_id: '4002' });
    await world.story.decide('Kim', job, { verdict: 'approve', reason: `${OURS} <b>x</b>` });
    const page = await world.visit('Alex', `/requests/${job.id}`);
    await page.locator('.said', { hasText: OURS }).waitFor();
    expect(await page.evaluate(OWN_WORDS)).not.toContain(OURS);
    expect(await page.evaluate(OWN_WORDS)).toContain('Reason, as written by Kim');
  });

  it('a search is quoted', async () => {
    const page = await world.visit('Alex', `/catalog?search=${encodeURIComponent(`<b>${OURS}</b>`)}`);
    await page.getByText('Nothing matches.').waitFor();
    expect(await page.evaluate(OWN_WORDS)).not.toContain(OURS);
  });
});
