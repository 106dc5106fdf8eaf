// Whom a policy keeps from approving because of what they wrote: approvers read who it is, and they themselves that it is they.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ORGANIZATION, SHOP } from '../support/approval-story.ts';
import { ALEX, RUN } from '../support/fact-story.ts';
import { GithubAppApi } from '../support/github-app-api.ts';
import { nothingYet } from '../support/github-knowledge.ts';
import { PortalWorld } from './portal-world.ts';

const APART = SHOP.replace('within: 30m }', 'within: 30m, apart-from: [commit-author, policy-author] }');
const COMMIT = '1'.repeat(40);
const KEPT_IN = {
  ...{ repository: 'octo-org/policies', repositoryId: '777', repositoryOwnerId: '123456' },
  ...{ folder: '', commitFile: '.commit' },
};
const GITHUB = { id: 19864447, login: 'web-flow', type: 'User' };
const KIM = { id: 9003, login: 'kim', type: 'User' };

let world: PortalWorld;
let api: GithubAppApi;
let path = '';
beforeAll(async () => {
  api = await new GithubAppApi().listen();
  const commit = { verification: { verified: true, reason: 'valid' }, committer: { date: new Date().toISOString() } };
  const change = { sha: COMMIT, author: ALEX, committer: GITHUB, commit, changed: { 'shop.yaml': APART } };
  api.knows = {
    ...nothingYet(),
    permissions: { contents: 'read' },
    commits: [{ sha: RUN.head_sha, author: KIM, committer: KIM, commit }],
    otherRepositories: [{ id: 777, full_name: 'octo-org/policies', installed: 'here', commits: [change] }],
  };
  world = await PortalWorld.open({
    policies: { 'shop.yaml': APART, '_organization.yaml': ORGANIZATION, '.commit': COMMIT },
    keptIn: KEPT_IN,
    app: (directory) => api.app(directory),
  });
  path = `/requests/${(await world.story.ask('deploy')).id}`;
});
afterEach(() => world.leave());
afterAll(() => world.close().then(() => api.close()));

const under = (term: string): string => `xpath=//dt[.="${term}"]/following-sibling::dd[1]`;

describe('who wrote what decides and what runs', () => {
  it('is on the pass of the request, by login and id', async () => {
    const page = await world.visit('Robin', path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator(under('Written by')).innerText()).toBe('kim id 9003 at github');
    expect(await page.locator(under('Policy changed by')).innerText()).toBe(
      'alex id 9002, web-flow id 19864447 at github',
    );
  });

  it.each([
    ['Alex', 'You changed the policy', 'OWN_POLICY'],
    ['Kim', 'You wrote what it runs', 'OWN_COMMIT'],
  ])('tells %s why they do not decide, and whom to send the address to', async (name, title, code) => {
    const page = await world.visit(name, path);
    await page.getByRole('heading', { name: title }).waitFor();
    await page.getByText(code).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the link for them' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${world.url}${path}`);
  });
});
