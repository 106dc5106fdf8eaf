// `apart-from: policy-author`: the repository that the policies are kept in says who changed the one that decides, and none of them
// approves by it. The commit that the policy directory names is believed for the very file that was loaded, and for no other.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalStory, ORGANIZATION, PEOPLE, ROBIN, type WaitingJob } from '../support/approval-story.ts';
import { ALEX, RUN } from '../support/fact-story.ts';
import { GithubAppApi } from '../support/github-app-api.ts';
import { type ApiAccount, type ApiCommit, nothingYet } from '../support/github-knowledge.ts';
import { joinAccounts } from '../support/join-accounts.ts';
import { TestBroker } from '../support/test-broker.ts';

const user = (login: string, id: number): ApiAccount => ({ login, id, type: 'User' });
const GITHUB = user('web-flow', 19864447);
const [LEE, DEE, EVE, GIL, HAL, IDA, JO] = ['lee', 'dee', 'eve', 'gil', 'hal', 'ida', 'jo'].map((login, at) =>
  user(login, 9006 + at),
) as [ApiAccount, ApiAccount, ApiAccount, ApiAccount, ApiAccount, ApiAccount, ApiAccount];
const SIGNED = { verified: true, reason: 'valid' };
const UNSIGNED = { verified: false, reason: 'unsigned' };
const DAY = 24 * 3_600_000;

const entitlement = (name: string, approval: string): string => `
  ${name}:
    title: Deploy the web shop
    risk: low
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    approval: { by: octo-org/releases, ${approval} }
    allow: [ { branch: main } ]`;
const SHOP = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${entitlement('apart', 'apart-from: policy-author')}${entitlement(
  'both',
  'apart-from: [commit-author, policy-author]',
)}${entitlement('own', 'self: allowed, apart-from: policy-author')}${entitlement('plain', 'apart-from: requester')}
`;
/** As it was, and as somebody made it: only another entitlement differs. */
const [BEFORE, AFTER] = [SHOP.replace('ttl: 5m', 'ttl: 4m'), `${SHOP}${entitlement('further', 'count: 1').slice(1)}\n`];
const PATH = 'access/shop.yaml';
const [FIRST, SECOND, THIRD, FOURTH] = ['1', '2', '3', '4'].map((one) => one.repeat(40)) as [
  ...[string, string, string, string],
];

const RELEASERS = [LEE, DEE, EVE, GIL, HAL, IDA, JO].map(({ login, id }) => ({
  name: `${login.charAt(0).toUpperCase()}${login.slice(1)}`,
  ...{ id: String(id), groups: ['releases'] },
}));
const KEPT_IN = {
  ...{ repository: 'octo-org/policies', repositoryId: '777', repositoryOwnerId: '123456' },
  ...{ folder: 'access', commitFile: '.commit' },
};
const POLICIES = { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION, '.commit': `${SECOND}\n` };

let story: ApprovalStory;
let api: GithubAppApi;
beforeAll(async () => {
  api = await new GithubAppApi(() => story?.now ?? Date.now()).listen();
  story = await ApprovalStory.start({
    ...{ policies: POLICIES, people: [...PEOPLE, ...RELEASERS], keptIn: KEPT_IN },
    app: (directory) => api.app(directory),
  });
});
afterAll(() => story.close().then(() => api.close()));
beforeEach(async () => {
  story.pass(DAY);
  knows(...history());
  await deploy(POLICIES);
});

interface Change {
  readonly sha: string;
  readonly by: ApiAccount | null;
  readonly daysAgo: number;
  readonly text: string;
  readonly verification?: ApiCommit['commit']['verification'];
}

const change = ({ sha, by, daysAgo, text, verification = SIGNED }: Change): ApiCommit => ({
  ...{ sha, author: by, committer: GITHUB, changed: { [PATH]: text } },
  commit: { verification, committer: { date: new Date(story.now - daysAgo * DAY).toISOString() } },
});
const ALEX_LAST: Change = { sha: SECOND, by: ALEX, daysAgo: 5, text: SHOP };
const DEE_BEFORE: Change = { sha: FIRST, by: DEE, daysAgo: 20, text: BEFORE };
const history = (last: Partial<Change> = {}, before: Partial<Change> = {}): ApiCommit[] =>
  [
    { ...ALEX_LAST, ...last },
    { ...DEE_BEFORE, ...before },
  ].map(change);
const anything: ApiCommit = { sha: RUN.head_sha, author: EVE, committer: GITHUB, commit: { verification: SIGNED } };

function knows(...commits: readonly ApiCommit[]): void {
  const permissions = { metadata: 'read', contents: 'read' };
  const policies = { id: 777, full_name: 'octo-org/policies', installed: 'here', commits } as const;
  api.knows = { ...nothingYet(), commits: [anything], permissions, otherRepositories: [policies] };
  api.requests.length = 0;
}
async function deploy(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [file, text] of Object.entries(files)) story.broker.writePolicy(file, text);
  return (await story.broker.running.reload()).outcome;
}
const tries = async (name: string, job: WaitingJob) => (await story.decide(name, job, 'approve')).body;
const refused = async (scope = 'shop/apart') => (await story.broker.ask({ scope, claims: ROBIN })).body;

describe('who changed the policy', () => {
  it('last, or within thirty days before, does not approve by it, and is told why on the request itself', async () => {
    const job = await story.ask('apart');
    const alex = await story.person('Alex');
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    expect(body.approval.you).toMatchObject({ may: false, why_not: { code: 'OWN_POLICY' } });
    expect(await tries('Alex', job)).toMatchObject({ code: 'OWN_POLICY' });
    expect(await tries('Dee', job)).toMatchObject({ code: 'OWN_POLICY' });
    expect(await tries('Lee', job)).toMatchObject({ state: 'approved' });
    expect((await job.collect()).body).toMatchObject({ assurance: 'approved' });
  });

  it('earlier than that may', async () => {
    knows(...history({}, { daysAgo: 36 }));
    expect(await tries('Dee', await story.ask('apart'))).toMatchObject({ state: 'approved' });
  });

  it('by a commit that is dated back does not approve, where one before it is recent', async () => {
    const [last, backdated] = history({}, { daysAgo: 400 });
    const older = change({ sha: THIRD, by: LEE, daysAgo: 21, text: 'x' });
    knows(...[last, backdated, older].flatMap((one) => one ?? []));
    expect(await tries('Dee', await story.ask('apart'))).toMatchObject({ code: 'OWN_POLICY' });
  });

  it('before a last change that is dated ahead does not approve', async () => {
    knows(...history({ daysAgo: -3_650 }));
    expect(await tries('Dee', await story.ask('apart'))).toMatchObject({ code: 'OWN_POLICY' });
  });

  it('does not approve under another identity of theirs either', async () => {
    knows(...history({ by: HAL }));
    const job = await story.ask('apart');
    expect(await tries('Hal', job)).toMatchObject({ code: 'OWN_POLICY' });
    const gil = await story.person('Gil');
    expect((await gil.get(`/v1/requests/${job.id}`)).body.approval.you).toMatchObject({ may: true });
    await joinAccounts(story.broker, HAL.id, GIL.id);
    expect(await tries('Gil', job)).toMatchObject({ code: 'OWN_POLICY' });
  });

  it('is kept apart also where people may approve their own request', async () => {
    knows(...history({ by: user('robin', 9001) }));
    expect(await tries('Robin', await story.ask('own'))).toMatchObject({ code: 'OWN_POLICY' });
  });

  it('is kept apart beside who wrote the commit', async () => {
    const job = await story.ask('both');
    expect(await tries('Eve', job)).toMatchObject({ code: 'OWN_COMMIT' });
    expect(await tries('Alex', job)).toMatchObject({ code: 'OWN_POLICY' });
  });

  it('is shown to approvers, and stands in the log by the commit, and in fields that can be erased', async () => {
    const job = await story.ask('apart');
    const { body } = await (await story.person('Kim')).get(`/v1/requests/${job.id}`);
    expect(body.job.policy_authors).toEqual([
      { id: '9002', login: 'alex' },
      { id: '19864447', login: 'web-flow' },
      { id: '9007', login: 'dee' },
    ]);
    const pending = (await story.broker.entries('request.pending')).at(-1);
    expect(pending).toMatchObject({ facts: [{ fact: 'policy-author', found: 'known', commit: SECOND }] });
    expect(Object.keys(pending?.['personal'] ?? {})).toEqual(
      expect.arrayContaining(['policy_authors', 'policy_author_names']),
    );
    expect(JSON.stringify(pending)).not.toMatch(/alex|9002|web-flow/);
  });
});

describe('when the job collects', () => {
  it('who changed the policy meanwhile is compared with who approved by the one before', async () => {
    const job = await story.ask('apart');
    expect(await tries('Lee', job)).toMatchObject({ state: 'approved' });
    knows(change({ sha: THIRD, by: LEE, daysAgo: 0, text: AFTER }), ...history());
    expect(await deploy({ 'shop.yaml': AFTER, '.commit': THIRD })).toBe('in-force');
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
  });

  it('a policy that somebody else changed, in another entitlement, takes nothing from the approval', async () => {
    const job = await story.ask('apart');
    await tries('Lee', job);
    knows(change({ sha: THIRD, by: ALEX, daysAgo: 0, text: AFTER }), ...history());
    await deploy({ 'shop.yaml': AFTER, '.commit': THIRD });
    expect((await job.collect()).status).toBe(200);
  });

  it('an entitlement that was changed meanwhile voids it, whoever did that', async () => {
    const job = await story.ask('apart');
    await tries('Lee', job);
    knows(change({ sha: THIRD, by: ALEX, daysAgo: 0, text: BEFORE }), ...history());
    await deploy({ 'shop.yaml': BEFORE, '.commit': THIRD });
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
  });

  it('who approved is compared once more: accounts that were joined since are one person', async () => {
    knows(...history({ by: IDA }));
    const job = await story.ask('apart');
    expect(await tries('Ida', job)).toMatchObject({ code: 'OWN_POLICY' });
    expect(await tries('Jo', job)).toMatchObject({ state: 'approved' });
    await joinAccounts(story.broker, IDA.id, JO.id);
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
  });

  it('and GitHub is down, it waits; nothing is guessed', async () => {
    const job = await story.ask('apart');
    await tries('Kim', job);
    story.pass(60_000);
    api.knows.trouble = [502, {}];
    expect((await job.collect()).status).toBe(503);
    delete api.knows.trouble;
    expect((await job.collect()).status).toBe(200);
  });
});

describe('a policy of which it cannot be told', () => {
  it.each<[string, () => unknown, string]>([
    ['that was edited after the checkout', () => deploy({ 'shop.yaml': AFTER }), 'was changed after the checkout'],
    ['whose commit is stale', () => deploy({ '.commit': FIRST }), 'the commit is another'],
    ['whose commit GitHub does not have', () => deploy({ '.commit': FOURTH }), 'GitHub has no "access/shop.yaml"'],
    ['that nobody signed', () => knows(...history({ verification: UNSIGNED })), 'no signature .*merge on GitHub'],
    ['whose change before nobody signed', () => knows(...history({}, { verification: UNSIGNED })), `commit ${FIRST}`],
    [
      'whose author’s mail is nobody’s',
      () => knows(...history({ by: null })),
      'the author of .* have its owner add it',
    ],
    ['that changes every hour', () => knows(...busy(50)), 'changed 50 times or more within thirty days'],
  ])('%s is refused, with what to do', async (_name, happens, words) => {
    await happens();
    const { error_description: said, reasons } = await refused();
    expect(reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE', condition: 'approval' });
    expect(said).toMatch(new RegExp(words));
  });

  it('and one that changed often, though not lately, is asked for as far as it goes', async () => {
    const many = busy(49);
    const old = change({ sha: FIRST, by: DEE, daysAgo: 60, text: BEFORE });
    knows(...many, old, old);
    expect(await tries('Dee', await story.ask('apart'))).toMatchObject({ state: 'approved' });
  });

  it('because the App does not have its repository is refused, and says what to install', async () => {
    knows(...history());
    api.knows.otherRepositories = [];
    story.pass(2 * 3_600_000);
    expect((await refused()).error_description).toContain('is not installed on "octo-org/policies"');
  });

  it('because the directory is broken since the start is refused, and says so', async () => {
    rmSync(join(story.broker.config.policies.directory, '.commit'));
    await story.broker.restart();
    expect((await refused()).error_description).toContain('mend the policy directory');
    await deploy(POLICIES);
    await story.ask('apart');
  });

  it('because its directory names no commit does not load, and the last good one goes on deciding', async () => {
    expect(await deploy({ '.commit': 'main' })).toBe('refused');
    expect((await story.broker.entries('policy.refused')).at(-1)).toMatchObject({
      findings: [{ message: expect.stringContaining('is not the id of a commit') }],
    });
    await story.ask('apart');
  });
});

const busy = (count: number): ApiCommit[] =>
  Array.from({ length: count }, (_, at) =>
    change({ ...ALEX_LAST, sha: at === 0 ? SECOND : String(at).padStart(40, 'a') }),
  );

describe('what is asked', () => {
  it('is nothing where the policy keeps no author apart', async () => {
    await story.ask('plain');
    expect(api.requests).toEqual([]);
  });

  it('is the file and its history at the commit, with a token that reads contents of that repository', async () => {
    story.pass(3_600_000);
    await story.ask('apart');
    expect(api.requests.slice(-2).toSorted()).toEqual([
      `GET /repos/octo-org/policies/commits?sha=${SECOND}&path=access%2Fshop.yaml&per_page=50`,
      `GET /repos/octo-org/policies/contents/access/shop.yaml?ref=${SECOND}`,
    ]);
    expect(api.handedOut.at(-1)).toEqual({ permissions: { contents: 'read' }, repositories: [777] });
  });
});

it('where the configuration does not say where the policies are kept, every job is refused and told so', async () => {
  const broker = await TestBroker.start({ policies: POLICIES, people: PEOPLE, app: (directory) => api.app(directory) });
  const { body } = await broker.ask({ scope: 'shop/apart', claims: ROBIN });
  expect(body.reasons[0].code).toBe('FACT_UNAVAILABLE');
  expect(body.error_description).toContain('an operator sets `policies.kept-in`');
  const { body: catalog } = await broker.catalog(ROBIN);
  expect(catalog.entitlements[0]).toMatchObject({ scope: 'shop/apart', decision: 'deny' });
  expect((await broker.explain('shop/apart', ROBIN)).body.reasons[0].message).toContain('`policies.kept-in`');
  await broker.close();
});
