// The dialogs of orders: by keyboard and on every width, and what becomes of the reason when nothing goes as it should.
import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect, it } from 'vitest';
import { focused, heading, openAccessWorld, press, row } from './access-world.ts';

/** What is asked for without a reason. */
const ASKED = [
  ['revoke=project:shop', 'Revoke what is live'],
  ['pause=everything:', 'Pause issuing'],
  ['pause=principal:', 'Pause issuing'],
] as const;

const world = openAccessWorld();

describe('a dialog', () => {
  it('closes by Escape and keeps what was typed; the focus is back where it was', async () => {
    await world.issue('6401');
    const page = await world.portal.visit('Sam', '/access');
    const link = row(page, '6401').getByRole('link', { name: 'Revoke…' });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').fill('INC-12');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toContain('Revoke… the lease of run 6401');
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Reason').inputValue()).toBe('INC-12');
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('that a link opens says what it is of, has no reason in it, and sends nothing by itself', async () => {
    const { lease } = await world.issue('6405');
    const page = await world.proven('Sam', `/access?revoke=lease:${lease}&reason=INC-1`);
    await page.getByRole('dialog').getByText('6405').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('');
    await press(page, 'Revoke this lease');
    await page.getByRole('alert').getByText('Say in a few words why').waitFor();
    const orders = await world.portal.story.broker.entries('access.revocation_ordered');
    expect(orders.filter(({ target }) => target === lease)).toEqual([]);
  });

  it('says that no answer came, keeps the reason, and goes on once the broker is back', async () => {
    const { lease } = await world.issue('6402');
    const page = await world.proven('Sam', `/access?revoke=lease:${lease}`);
    await page.getByLabel('Reason').fill('INC-13');
    world.portal.makesItSay(/ERR_FAILED/);
    await page.route('**/v1/revocations', (route) => route.abort());
    await press(page, 'Revoke this lease');
    await page.getByRole('alert').getByText('It may have been done all the same').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('INC-13');
    await page.unroute('**/v1/revocations');
    await press(page, 'Revoke this lease');
    expect((await world.answerOf(page)).text).toContain(`1 live lease, ${lease}; 1 ended.`);
  });

  it('sends an order without knowing what is live', async () => {
    await world.issue('6403');
    const page = await world.proven('Sam', '/sign-in');
    const failing = { status: 503, json: { code: 'STORE_UNAVAILABLE', detail: 'The store did not answer.' } };
    world.portal.makesItSay(/status of 503/);
    await page.route('**/v1/leases?*', (route) => route.fulfill(failing));
    await page.goto(`${world.portal.url}/access?revoke=project:shop`);
    await page.getByText('How much is live could not be read.').waitFor();
    await page.getByLabel('Reason').fill('INC-14');
    await press(page, 'Revoke what is live');
    expect((await world.answerOf(page)).text).toMatch(/\d+ live leases? of the project shop/);
  });

  it.for(ASKED.flatMap((asked) => (['light', 'dark'] as const).map((scheme) => [...asked, scheme] as const)))(
    'at ?%s with %s pressed, in %s: axe objects to nothing, wide and narrow, and nothing hangs over',
    async ([open, button, colorScheme]) => {
      for (const run of ['6411', '6412', '6413', '6414']) await world.issue(run, { actor: `robin-${'o'.repeat(60)}` });
      const page = await world.portal.visit('Sam', `/access?${open}`, { reducedMotion: 'reduce', colorScheme });
      await press(page, button);
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
        expect(
          await page.evaluate(`((one) => one.scrollWidth - one.clientWidth)(document.querySelector('dialog'))`),
        ).toBe(0);
      }
    },
  );

  it('is gone through by the keyboard alone, and nothing behind it is reached', async () => {
    for (const run of ['6421', '6422', '6423', '6424']) await world.issue(run);
    const page = await world.portal.visit('Sam', '/access?revoke=project:shop');
    await heading(page, 'Revoke what is live').waitFor();
    await page.getByRole('dialog').getByText('live leases now').waitFor();
    const reached: string[] = [];
    for (let stop = 0; stop < 6; stop += 1) {
      await page.keyboard.press('Tab');
      reached.push(await focused(page));
    }
    const fields = ['revoke-scope', 'revoke-target', 'show all in the list', 'order-reason'];
    expect(reached).toEqual([...fields, 'Revoke what is live', 'Cancel']);
  });
});
