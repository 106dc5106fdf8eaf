// People of security end access on the portal: they see what is live and what is left of it, revoke, pause, and resume by two.
import { describe, expect, it } from 'vitest';
import { focused, heading, openAccessWorld, press, row } from './access-world.ts';
import { withAuthenticator } from './authenticator.ts';

const world = openAccessWorld();

const background = (): Promise<void> => world.portal.story.broker.running.runBackground();
const entries = (type: string) => world.portal.story.broker.entries(type);
const ordersOf = async (lease: string) =>
  (await entries('access.revocation_ordered')).filter(({ target }) => target === lease);

describe('one lease', () => {
  it('is revoked after a reason and a step-up, and the page says what the broker said', async () => {
    const { lease } = await world.issue('6001');
    const page = await world.portal.visit('Sam', '/');
    await page.getByRole('link', { name: 'Access', exact: true }).click();
    await row(page, '6001').getByText('Can be revoked; the lease ends at').waitFor();
    await row(page, '6001').getByRole('link', { name: 'Revoke…' }).click();
    await expect.poll(() => focused(page)).toBe('order');
    await press(page, 'Revoke this lease');
    await page.getByRole('alert').getByText('Say in a few words why').waitFor();
    expect(await focused(page)).toBe('order-reason');
    expect(await ordersOf(lease)).toEqual([]);
    await page.getByLabel('Reason').fill('INC-7: it was printed.');
    await press(page, 'Revoke this lease');
    await heading(page, 'Show that it is you').waitFor();
    await page.getByRole('link', { name: 'Sign in once more' }).click();
    await heading(page, 'Revoke this lease').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('INC-7: it was printed.');
    await press(page, 'Revoke this lease');
    const { text, type } = await world.answerOf(page);
    expect(text).toContain(`1 live lease, ${lease}; 1 ended.`);
    expect(type).toBe('access.revocation_ordered');
    await press(page, 'Close');
    await page.getByRole('link', { name: 'Ended', exact: true }).click();
    await row(page, '6001').getByText('Being revoked', { exact: true }).waitFor();
    await background();
    await page.reload();
    await row(page, '6001').getByText('Revoked', { exact: true }).waitFor();
  });

  it('with a passkey in one step, from the page of its request', async () => {
    const { lease } = await world.issue('6002');
    const page = await world.portal.visit('Sam', '/me');
    await withAuthenticator(page);
    await page.getByLabel('Name of a new one').fill('Work laptop');
    await press(page, 'Add a passkey…');
    await page.locator('.said', { hasText: 'Work laptop' }).waitFor();
    await page.goto(`${world.portal.url}/access`);
    await row(page, '6002').getByRole('link', { name: 'shop/upstream' }).click();
    await page.getByRole('link', { name: 'Revoke…' }).click();
    await page.getByRole('dialog').getByText('can be revoked', { exact: false }).waitFor();
    await page.getByLabel('Reason').fill('INC-8');
    await press(page, 'Revoke this lease');
    await press(page, 'Use passkey');
    expect((await world.answerOf(page)).text).toContain(`1 live lease, ${lease}; 1 ended.`);
    expect(await ordersOf(lease)).toMatchObject([{ step_up: 'passkey' }]);
  });

  it('that nobody can revoke says when it dies, and offers nothing', async () => {
    const job = await world.portal.story.ask('deploy', { run_id: '6003' });
    await world.portal.story.decide('Alex', job, 'approve');
    await job.collect();
    const page = await world.portal.visit('Sam', '/access?entitlement=shop/deploy');
    await row(page, '6003')
      .getByText(/^Dies at \d\d:\d\d$/)
      .waitFor();
    await row(page, '6003')
      .getByText(/^Cannot be revoked: dies at .* UTC\.$/)
      .waitFor();
    expect(await row(page, '6003').getByRole('link', { name: 'Revoke…' }).count()).toBe(0);
  });

  it('whose revocation fails shows the attempt and the next try, and is pointed to from the others', async () => {
    // What other stories left does not fail with it.
    await background();
    const { lease, secret } = await world.issue('6004');
    world.portal.story.broker.provider.revokeFails = true;
    await world.portal.story.broker.returnLease(lease, secret);
    await background();
    const page = await world.portal.visit('Sam', '/access');
    await page.getByRole('link', { name: 'Look at them first' }).click();
    await row(page, '6004')
      .getByText(/^Could not be revoked yet \(attempt 1, next at .* UTC\); dies at /)
      .waitFor();
  });
});

it('a name that says it was approved is quoted, in the list and in the dialog', async () => {
  const actor = 'Approved by octo-org/security';
  const { lease } = await world.issue('6005', { actor });
  const page = await world.portal.visit('Sam', `/access?revoke=lease:${lease}`);
  await page.getByRole('dialog').locator('.said', { hasText: actor }).waitFor();
  await row(page, '6005').locator('.said', { hasText: actor }).waitFor({ state: 'attached' });
  expect(
    await page.evaluate(`(() => {
    const copy = document.body.cloneNode(true);
    for (const one of copy.querySelectorAll('.said, script')) one.remove();
    return copy.textContent;
  })()`),
  ).not.toContain(actor);
});

describe('many leases', () => {
  it('of one commit are narrowed to, counted, and revoked', async () => {
    const sha = 'd'.repeat(40);
    for (const run of ['6101', '6102']) await world.issue(run, { sha });
    await world.issue('6103');
    const page = await world.proven('Sam', '/access');
    await row(page, '6101').getByText('Ids, and more of the same').click();
    await row(page, '6101').getByRole('link', { name: 'Only this commit' }).click();
    await row(page, '6103').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe(`?commit=${sha}`);
    await page.getByRole('link', { name: 'Revoke what is live of it…' }).click();
    await page.getByRole('dialog').getByText('2 live leases now: 2 can be revoked.').waitFor();
    await page.getByLabel('Reason').fill('INC-9');
    await press(page, 'Revoke what is live');
    expect((await world.answerOf(page)).text).toContain(`2 live leases of the commit ${sha}; 2 ended.`);
    await press(page, 'Close');
    await page.getByText('No lease is live.').waitFor();
  });

  it('of one called workflow are shown before they end, some by name, and all of them in the list', async () => {
    const reused = 'octo-org/actions/.github/workflows/deploy.yml@refs/tags/v3';
    const runs = ['6111', '6112', '6113', '6114'];
    for (const run of runs) await world.issue(run, { job_workflow_ref: reused });
    await world.issue('6115');
    const page = await world.proven('Sam', '/access');
    await page.getByRole('link', { name: 'Revoke…', exact: true }).click();
    await page.getByLabel('What is to end').selectOption('called-workflow');
    const offered = page.locator('datalist option');
    const names = () => offered.evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    await expect.poll(names).toContain(reused);
    await page.getByLabel('Called workflow', { exact: true }).fill(reused);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('4 live leases now: 4 can be revoked.').waitFor();
    // Ids sort by eight milliseconds: those of one moment stand in any order.
    const items = await dialog.getByRole('listitem').allInnerTexts();
    const shown = new Set(items.map((item) => /run (\d+)/.exec(item)?.[1] ?? ''));
    expect([shown.size, [...shown].every((run) => runs.includes(run))]).toEqual([3, true]);
    await dialog.getByRole('link', { name: 'show all in the list' }).click();
    await row(page, '6115').waitFor({ state: 'detached' });
    for (const run of ['6111', '6114']) await row(page, run).waitFor();
    await page.getByRole('link', { name: 'Revoke what is live of it…' }).click();
    await page.getByLabel('Reason').fill('INC-15: the tag was moved.');
    await press(page, 'Revoke what is live');
    expect((await world.answerOf(page)).text).toContain(`4 live leases of the called workflow ${reused}; 4 ended.`);
  });

  it('of one person are narrowed to by what is beside their lease', async () => {
    await world.issue('6121', { actor_id: '9002', actor: 'alex' });
    await world.issue('6122');
    const page = await world.portal.visit('Sam', '/access');
    await row(page, '6121').getByText('Ids, and more of the same').click();
    await row(page, '6121').getByRole('link', { name: 'Only this principal' }).click();
    await row(page, '6122').waitFor({ state: 'detached' });
    await row(page, '6121').waitFor();
    expect(new URL(page.url()).search).toMatch(/^\?principal=prn_/);
  });

  it('of a name that has not its form are not looked for, and it is said what that is', async () => {
    const page = await world.portal.visit('Sam', '/access');
    await page.getByText('Only of one thing').click();
    await page.getByLabel('Only of', { exact: true }).selectOption('commit');
    await page.getByLabel('Commit', { exact: true }).fill('1f0c9d5');
    await press(page, 'Show these leases');
    await page.getByRole('alert').getByText('This is no commit: write the whole hash, in lower case.').waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.goto(`${world.portal.url}/access?commit=1f0c9d5`);
    await page.getByRole('alert').getByText('It stands in the address of this page: change it there.').waitFor();
    world.portal.complaints.length = 0;
  });

  it('of something else of the same lease, which is filled in', async () => {
    const { lease } = await world.issue('6104');
    const page = await world.proven('Sam', `/access?revoke=lease:${lease}`);
    await page.getByRole('dialog').getByText('6104').waitFor();
    await row(page, '6104').waitFor({ state: 'attached' });
    await page.getByLabel('What is to end').selectOption('repository');
    expect(await page.getByLabel('Repository', { exact: true }).inputValue()).toBe('github/456789');
    await page
      .getByRole('dialog')
      .getByText(/^\d+ live leases? now: \d+ can be revoked/)
      .waitFor();
  });

  it('of a name that there is not is refused, with what to do, and the reason stays', async () => {
    const page = await world.proven('Sam', '/access?revoke=project:shp');
    await page.getByText('No lease of it is live now.').waitFor();
    await page.getByLabel('Reason').fill('INC-10');
    await press(page, 'Revoke what is live');
    await page.getByRole('alert').getByText('Nothing was changed.').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('INC-10');
  });

  it('come in pages', async () => {
    const sha = 'e'.repeat(40);
    for (let run = 0; run < 51; run += 1) await world.issue(`7${String(run).padStart(3, '0')}`, { sha });
    const page = await world.portal.visit('Sam', `/access?commit=${sha}`);
    const rows = page.getByRole('row').filter({ hasText: /Run 70\d\d/ });
    const runs = async () => (await rows.allInnerTexts()).map((text) => /Run (70\d\d)/.exec(text)?.[1]);
    await expect.poll(() => rows.count()).toBe(50);
    const newest = await runs();
    await page.getByRole('link', { name: 'Show older ones' }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(new Set([...newest, ...(await runs())]).size).toBe(51);
  });
});

describe('a pause', () => {
  it('of a project stops it with what is live; who proposes to resume sees that a second is needed, and a second resumes', async () => {
    const { lease } = await world.issue('6201');
    const waiting = await world.portal.story.ask('deploy', { run_id: '6202' });
    const sam = await world.proven('Sam', '/access?project=shop');
    await sam.getByRole('link', { name: 'Pause…' }).click();
    await sam.getByLabel('Also revoke what is live of it').check();
    await sam.getByLabel('Reason').fill('INC-11: the runner image was changed.');
    await press(sam, 'Pause, and revoke what is live');
    const { text, type } = await world.answerOf(sam);
    expect(text).toContain('Nothing is issued for the project shop from now on.');
    expect(text).toMatch(/\d+ live leases? of the project shop; \d+ ended\./);
    expect(type).toBe('access.paused');
    expect(await entries('lease.ended')).toContainEqual(expect.objectContaining({ lease_id: lease }));
    expect((await world.portal.story.broker.ask({ scope: 'shop/upstream' })).body.reasons).toMatchObject([
      { code: 'SUSPENDED' },
    ]);
    const alex = await world.portal.visit('Alex', `/requests/${waiting.id}`);
    await alex.getByText('Security has paused this project. As long as that holds the job is refused').waitFor();
    expect(await alex.getByText('goes on within seconds').count()).toBe(0);
    await press(sam, 'Close');
    await sam.locator('.said', { hasText: 'INC-11: the runner image was changed.' }).waitFor();
    await sam.getByRole('link', { name: 'Pause…' }).click();
    expect(await sam.getByLabel('Also revoke what is live of it').isChecked()).toBe(false);
    expect(await sam.getByLabel('Reason').inputValue()).toBe('');
    await press(sam, 'Cancel');

    await sam.getByRole('link', { name: 'Resume…' }).click();
    await sam.getByText('It takes two people.').waitFor();
    await sam.getByLabel('Reason').fill('The image is the old one.');
    await press(sam, 'Propose to resume');
    expect((await world.answerOf(sam)).text).toContain('Still paused: a second person has to confirm by');
    await press(sam, 'Close');
    await sam.getByText('Nobody gives access back alone').waitFor();
    expect(await sam.getByRole('link', { name: 'Resume…' }).count()).toBe(0);

    const rita = await world.proven('Rita', '/access');
    await rita.getByText('Sam proposed to resume').waitFor();
    await rita.getByRole('link', { name: 'Resume…' }).click();
    await rita.getByRole('dialog').locator('.said', { hasText: 'The image is the old one.' }).waitFor();
    await rita.getByLabel('Reason').fill('I looked, too.');
    await press(rita, 'Resume issuing');
    expect((await world.answerOf(rita)).text).toContain('That pause of the project shop is over.');
    await press(rita, 'Close');
    await rita.getByText('Nothing is paused').waitFor();
    await alex.getByText('goes on within seconds').waitFor();
    expect((await world.portal.story.broker.ask({ scope: 'shop/upstream' })).status).toBe(200);
  });

  it('that is over by now says so', async () => {
    const page = await world.portal.visit('Sam', '/access?resume=pau_gone');
    await page.getByText('This pause is not in force any more.').waitFor();
    await press(page, 'Close');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('somebody without the role', () => {
  it('has no link to it, and at its address reads who may and what to do', async () => {
    const page = await world.portal.visit('Alex', '/access?pause=everything:');
    await heading(page, 'This is for security').waitFor();
    await page.getByText('This is for people with the role security, and you are not one of them.').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('navigation').getByText('Access').count()).toBe(0);
  });

  it('finds nothing to revoke on the page of a request', async () => {
    const { request } = await world.issue('6301');
    const page = await world.portal.visit('Robin', `/requests/${request}`);
    await page.getByText('Can be revoked').first().waitFor();
    expect(await page.getByRole('link', { name: 'Revoke…' }).count()).toBe(0);
  });
});
