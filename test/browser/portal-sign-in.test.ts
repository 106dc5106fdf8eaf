import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isCalm, PortalWorld } from './portal-world.ts';

let world: PortalWorld;

beforeAll(async () => {
  world = await PortalWorld.open();
});
afterEach(async () => {
  await world.leave();
  expect(world.complaints.splice(0)).toEqual([]);
});
afterAll(() => world.close());

const linkFor = (name: string, back: string): string =>
  `${world.story.broker.running.demoLink(name)}&return=${encodeURIComponent(back)}`;

describe('somebody who is not signed in', () => {
  it('is told where they were going, signs in, and gets there', async () => {
    const job = await world.story.ask('deploy', { run_id: '2001' });
    const path = `/requests/${job.id}`;
    const page = await world.visit(undefined, path);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('return')).toBe(path);
    expect(await page.locator('main').innerText()).toContain(`You were on your way to request ${job.id}`);
    await page.goto(linkFor('Alex', path));
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(path);
  });

  it('is told what went wrong, in words', async () => {
    const page = await world.visit(undefined, '/sign-in?error=SIGN_IN_EXPIRED');
    await page.getByRole('alert').getByText('Begin again.').waitFor();
  });

  it('is led nowhere else by an address that somebody sent them', async () => {
    const page = await world.visit(undefined, '/sign-in?return=//evil.example.com&error=<b>Approved</b>');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.locator('main b').count()).toBe(0);
    expect(await page.locator('a[href*="evil"]').count()).toBe(0);
  });
});

describe('a session that ends while somebody writes', () => {
  it('leads to the sign-in and back, with what they wrote', async () => {
    const job = await world.story.ask('deploy', { run_id: '2002' });
    const path = `/requests/${job.id}`;
    const page = await world.visit('Alex', path);
    await page.getByLabel('Reason').fill('Read the six commits.');
    await page.context().clearCookies();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(linkFor('Alex', path));
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('Read the six commits.');
  });

  it('shows somebody else at the same browser nothing of it', async () => {
    const job = await world.story.ask('deploy', { run_id: '2003' });
    const path = `/requests/${job.id}`;
    const page = await world.visit('Alex', path);
    await page.getByLabel('Reason').fill('Between us.');
    await page.context().clearCookies();
    await page.goto(linkFor('Kim', path));
    await page.getByRole('heading', { name: 'Your verdict' }).waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('');
  });
});

describe('a page that is left alone', () => {
  it('stops asking, so that its session ends, and goes on when somebody is back', async () => {
    const page = await world.visit(undefined, '/sign-in');
    await page.clock.install();
    // With all that it shows: an ask that is under way would be given up with the half hour that passes now.
    await page.goto(linkFor('Alex', '/'));
    await isCalm(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.fastForward('31:00');
    asked.splice(0);
    await page.clock.runFor('01:00');
    expect(asked).toEqual([]);
    await page.getByText('the page was left alone').waitFor();
    await page.mouse.move(100, 100);
    await page.getByText('the page was left alone').waitFor({ state: 'detached' });
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe('one’s own account', () => {
  it('is ended here, and everywhere', async () => {
    const page = await world.visit('Sam', '/me');
    const other = await world.visit('Sam', '/me');
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
