import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asCommandLine, beginLogin, type Login, logInCommandLine, poll } from '../support/command-line-login.ts';
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
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

async function typeCode(page: Page, { user_code: code }: Pick<Login, 'user_code'>): Promise<void> {
  await page.getByRole('textbox', { name: 'Code' }).fill(code.toLowerCase().replace('-', ''));
  await press(page, 'Continue');
}

describe('the page where a command line is logged in', () => {
  it('says what it gives and warns of codes from others, before and when it asks, and lets it in', async () => {
    const { broker } = world.story;
    const login = await beginLogin(broker);
    const page = await world.visit('Alex', '/device');
    await page.getByText('A code that somebody sent you').waitFor();
    await page.getByText('approves or rejects, uses break-glass').waitFor();
    await typeCode(page, login);
    await page.locator('main').getByText(login.user_code).waitFor();
    await page.getByText('A code that somebody sent you').waitFor();
    await press(page, 'Allow it to read');
    await heading(page, 'Allowed').waitFor();
    const { access_token: token } = (await poll(broker, login)).body;
    expect((await asCommandLine(broker, token).get('/v1/requests')).status).toBe(200);
  });

  it('refuses it, and says whom to tell', async () => {
    const login = await beginLogin(world.story.broker);
    const page = await world.visit('Alex', '/device');
    await typeCode(page, login);
    await press(page, 'Refuse');
    await page.getByText('tell security who sent you the code').waitFor();
    expect((await poll(world.story.broker, login)).body.error).toBe('access_denied');
  });

  it('takes no code from an address, and says so of one that nobody waits with', async () => {
    const login = await beginLogin(world.story.broker);
    const page = await world.visit('Alex', `/device?user_code=${login.user_code}#${login.user_code}`);
    expect(await page.getByRole('textbox', { name: 'Code' }).inputValue()).toBe('');
    await press(page, 'Continue');
    await page.getByRole('alert').getByText('A code has eight letters').waitFor();
    await typeCode(page, { user_code: 'BCDF-GHJK' });
    await page.getByRole('alert').getByText('No command line waits with this code').waitFor();
  });
});

describe('one’s own account', () => {
  it('shows command lines that are logged in, and ends one', async () => {
    const { broker } = world.story;
    const token = await logInCommandLine(broker, 'Sam');
    const page = await world.visit('Sam', '/me');
    await press(page, 'End it');
    await page.getByText('None is logged in.').waitFor();
    expect((await asCommandLine(broker, token).get('/v1/requests')).status).toBe(401);
  });
});
