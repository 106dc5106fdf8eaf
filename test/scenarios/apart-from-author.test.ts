// `apart-from: commit-author`: GitHub says who wrote and who committed what the job runs, by id, and neither of them approves it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalStory, ORGANIZATION, PEOPLE, ROBIN, type WaitingJob } from '../support/approval-story.ts';
import { ALEX, RUN } from '../support/fact-story.ts';
import { GithubAppApi } from '../support/github-app-api.ts';
import { type ApiCommit, nothingYet } from '../support/github-knowledge.ts';
import { joinAccounts } from '../support/join-accounts.ts';
import { TestBroker } from '../support/test-broker.ts';

const KIM = { id: 9003, login: 'kim', type: 'User' } as const;
const GITHUB = { id: 19864447, login: 'web-flow', type: 'User' } as const;
const SIGNED = { verification: { verified: true, reason: 'valid' } };
const UNSIGNED = { verification: { verified: false, reason: 'unsigned' } };
/** Alex wrote it, and GitHub merged it. */
const MERGED: ApiCommit = { sha: RUN.head_sha, author: ALEX, committer: GITHUB, commit: SIGNED };

const entitlement = (name: string, approval: string): string => `
  ${name}:
    title: Deploy the web shop
    risk: low
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    approval: { by: octo-org/releases, ${approval} }
    allow: [ { branch: main, event: [push, workflow_dispatch] }, { event: pull_request, pull-request: { into: main } } ]`;
const SHOP = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${entitlement('apart', 'apart-from: commit-author')}${entitlement(
  'own',
  'self: allowed, apart-from: [requester, commit-author]',
)}${entitlement('plain', 'apart-from: requester')}
`;
const RELEASERS = ['Lee', 'Dee', 'Eve', 'Gil', 'Hal'].map((name, at) => ({
  name,
  id: String(9006 + at),
  groups: ['releases'],
}));
const POLICIES = { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION };

let story: ApprovalStory;
let api: GithubAppApi;
beforeAll(async () => {
  api = await new GithubAppApi(() => story.now).listen();
  story = await ApprovalStory.start({
    policies: POLICIES,
    people: [...PEOPLE, ...RELEASERS],
    app: (directory) => api.app(directory),
  });
});
afterAll(() => story.close().then(() => api.close()));
beforeEach(() => {
  story.pass(24 * 3_600_000);
  knows(MERGED);
});

function knows(...commits: readonly ApiCommit[]): void {
  const permissions = { metadata: 'read', contents: 'read' };
  api.knows = { ...nothingYet(), commits: [...commits], permissions };
  api.requests.length = 0;
}
const tries = async (name: string, job: WaitingJob) => (await story.decide(name, job, 'approve')).body;
const refused = async (claims: Readonly<Record<string, unknown>> = {}, scope = 'shop/apart') =>
  (await story.broker.ask({ scope, claims: { ...ROBIN, ...claims } })).body;

describe('who wrote the commit', () => {
  it('does not approve it, and is told why on the request itself', async () => {
    const job = await story.ask('apart');
    const alex = await story.person('Alex');
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    expect(body.approval.you).toMatchObject({ may: false, why_not: { code: 'OWN_COMMIT' } });
    expect((await alex.get('/v1/requests?view=waiting')).body.requests).toEqual([]);
    expect(await tries('Alex', job)).toMatchObject({ code: 'OWN_COMMIT' });
    expect(await tries('Kim', job)).toMatchObject({ state: 'approved' });
    expect((await job.collect()).body).toMatchObject({ assurance: 'approved' });
  });

  it('is who committed it, too', async () => {
    knows({ ...MERGED, committer: KIM });
    const job = await story.ask('apart');
    expect(await tries('Kim', job)).toMatchObject({ code: 'OWN_COMMIT' });
  });

  it('is kept apart beside who asked, and not in their place', async () => {
    const job = await story.ask('apart');
    expect(await tries('Robin', job)).toMatchObject({ code: 'OWN_REQUEST' });
  });

  it('is kept apart also where people may approve their own request', async () => {
    knows({ ...MERGED, author: { id: 9001, login: 'robin', type: 'User' } });
    const job = await story.ask('own');
    expect(await tries('Robin', job)).toMatchObject({ code: 'OWN_COMMIT' });
    knows(MERGED);
    story.pass(60_000);
    expect(await tries('Robin', await story.ask('own'))).toMatchObject({ state: 'approved' });
  });

  it('is shown to approvers by login and id, and stands in the log in fields that can be erased', async () => {
    const job = await story.ask('apart');
    const { body } = await (await story.person('Kim')).get(`/v1/requests/${job.id}`);
    expect(body.job).toMatchObject({ commit_author: 'alex', commit_author_id: '9002', committer: 'web-flow' });
    const pending = (await story.broker.entries('request.pending')).at(-1);
    expect(pending).toMatchObject({ facts: [{ fact: 'commit-author', found: 'known' }] });
    expect(Object.keys(pending?.['personal'] ?? {})).toEqual(
      expect.arrayContaining(['commit_author', 'commit_author_name', 'committer', 'committer_name']),
    );
    expect(JSON.stringify(pending)).not.toMatch(/alex|9002|web-flow/);
  });
});

describe('when the job collects', () => {
  it('who approved is compared once more: accounts that were joined since are one person', async () => {
    knows({ ...MERGED, author: { id: 9008, login: 'eve', type: 'User' } });
    const job = await story.ask('apart');
    expect(await tries('Eve', job)).toMatchObject({ code: 'OWN_COMMIT' });
    expect(await tries('Dee', job)).toMatchObject({ state: 'approved' });
    await joinAccounts(story.broker, 9008, 9007);
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
  });

  it('who wrote it by what GitHub said first counts too, whatever it says by then', async () => {
    knows({ ...MERGED, author: { id: 9010, login: 'hal', type: 'User' } });
    const job = await story.ask('apart');
    expect(await tries('Hal', job)).toMatchObject({ code: 'OWN_COMMIT' });
    expect(await tries('Gil', job)).toMatchObject({ state: 'approved' });
    await joinAccounts(story.broker, 9010, 9009);
    knows(MERGED);
    story.pass(60_000);
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
  });

  it('GitHub is asked again: the mail of the commit may belong to the approver by now', async () => {
    const job = await story.ask('apart');
    expect(await tries('Lee', job)).toMatchObject({ state: 'approved' });
    knows({ ...MERGED, author: { id: 9006, login: 'lee', type: 'User' } });
    story.pass(60_000);
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
  });

  it('and GitHub is down, it waits; nothing is guessed', async () => {
    const job = await story.ask('apart');
    await tries('Lee', job);
    story.pass(60_000);
    api.knows.trouble = [502, {}];
    expect((await job.collect()).status).toBe(503);
    delete api.knows.trouble;
    expect((await job.collect()).status).toBe(200);
  });
});

describe('a commit of which it cannot be told', () => {
  it.each<[string, Partial<ApiCommit>, string]>([
    ['whose author’s mail is nobody’s', { author: null }, 'the author of .* have its owner add it to theirs'],
    ['whose author is empty', { author: {} }, 'the author of'],
    ['whose committer’s mail is nobody’s', { committer: null }, 'the committer of'],
    ['that nobody signed', { commit: UNSIGNED }, 'no signature .*unsigned.* merge on GitHub'],
    ['that only says that GitHub made it', { commit: UNSIGNED, committer: GITHUB }, 'no signature'],
  ])('%s is refused, with what to do', async (_name, change, words) => {
    knows({ ...MERGED, ...change });
    const { error_description: said, reasons } = await refused();
    expect(reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE', condition: 'approval', got: RUN.head_sha });
    expect(said).toMatch(new RegExp(words));
  });

  it('that GitHub does not have is refused; another one in its place is not believed', async () => {
    knows();
    expect((await refused()).error_description).toContain('does not show the commit');
    story.pass(60_000);
    api.knows.lies = true;
    api.knows.trouble = [200, [{ ...MERGED, sha: 'f'.repeat(40) }]];
    expect((await refused()).error_description).toContain('answers about another commit');
  });

  it('made by GitHub to test a pull request is refused, without a question', async () => {
    const claims = { ref: 'refs/pull/7/merge', event_name: 'pull_request', base_ref: 'main', head_ref: 'x' };
    expect((await refused(claims)).error_description).toContain('start it from a branch');
    expect(api.requests.filter((one) => one.includes('/commits'))).toEqual([]);
  });

  it('because the App may not read contents is refused, and says which right it lacks', async () => {
    api.knows.permissions = { metadata: 'read', actions: 'read' };
    expect((await refused()).error_description).toContain('`Contents: read`');
  });
});

describe('what does not matter is not asked', () => {
  it('where the policy keeps no author apart, or no rule allows it', async () => {
    await story.ask('plain');
    await refused({ ref: 'refs/heads/x' });
    expect(api.requests).toEqual([]);
  });

  it('and what is asked is the commit alone, with a token that reads contents of this repository', async () => {
    story.pass(3_600_000);
    await story.ask('apart');
    expect(api.requests.at(-1)).toBe(`GET /repos/octo-org/octo-repo/commits?sha=${RUN.head_sha}&per_page=1`);
    expect(api.handedOut.at(-1)).toEqual({ permissions: { contents: 'read' }, repositories: [456789] });
  });
});

it('without an App every job is refused, and told what to configure', async () => {
  const broker = await TestBroker.start({ policies: POLICIES, people: PEOPLE });
  const { body } = await broker.ask({ scope: 'shop/apart', claims: ROBIN });
  expect(body.error_description).toContain('no GitHub App is configured here');
  await broker.close();
});
