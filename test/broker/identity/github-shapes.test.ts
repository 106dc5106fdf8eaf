// Every shape of token that GitHub is known to send (test/vectors/claims), through the whole of `authenticate`.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Subject } from '../../../broker/model.ts';
import { type GithubIssuer, startGithubIssuer } from '../../support/github-issuer.ts';
import { authenticateFor, BROKER_URL, trusted } from '../../support/github-trust.ts';

interface Shape {
  readonly situation: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, string | number>> | null;
}

const VECTORS = new URL('../../vectors/claims/', import.meta.url);
const shapeOf = (name: string): Shape => JSON.parse(readFileSync(new URL(`${name}.json`, VECTORS), 'utf8'));
const NAMES = readdirSync(VECTORS)
  .filter((file) => !file.startsWith('_'))
  .map((file) => file.replace('.json', ''));

const SHA = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';
const MERGE_SHA = 'b81d77c05a2e4f6693de0a1c4b9f27e86d03a5f4';
const CALLED_SHA = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const deployAt = (ref: string, repository = 'octo-org/octo-repo') =>
  `${repository}/.github/workflows/deploy.yml@${ref}`;

type Fields = Partial<Subject>;

/** The subject of branch_push; each row below says what differs from it. */
const PUSH_TO_MAIN: Fields = {
  issuer: 'github',
  repository: 'octo-org/octo-repo',
  repositoryId: '456789',
  repositoryOwner: 'octo-org',
  repositoryOwnerId: '123456',
  repositoryVisibility: 'private',
  ref: 'refs/heads/main',
  refType: 'branch',
  refProtected: true,
  sha: SHA,
  headRef: '',
  baseRef: '',
  eventName: 'push',
  environment: undefined,
  workflowRef: deployAt('refs/heads/main'),
  workflowSha: SHA,
  jobWorkflowRef: deployAt('refs/heads/main'),
  jobWorkflowSha: SHA,
  actor: 'octocat',
  actorId: '583231',
  runId: '15987654321',
  runAttempt: '1',
  checkRunId: '50123456789',
  runnerEnvironment: 'github-hosted',
};

const at = (ref: string): Fields => ({
  ref,
  refProtected: false,
  workflowRef: deployAt(ref),
  jobWorkflowRef: deployAt(ref),
});
const TAG: Fields = { ...at('refs/tags/v1.2.3'), refType: 'tag' };
const MERGE: Fields = { sha: MERGE_SHA, workflowSha: MERGE_SHA, jobWorkflowSha: MERGE_SHA };
const pullRequest = (number: number): Fields => ({
  ...at(`refs/pull/${number}/merge`),
  ...MERGE,
  eventName: 'pull_request',
  baseRef: 'main',
  headRef: 'feature-x',
});
const OUTSIDER: Fields = { actor: 'outsider', actorId: '7654321' };
const DEPENDABOT: Fields = { actor: 'dependabot[bot]', actorId: '49699333' };
const DEPENDABOT_BRANCH = 'dependabot/npm_and_yarn/left-pad-1.3.0';
const PORTAL: Fields = { actor: 'octo-portal[bot]', actorId: '198765432' };

const ACCEPTED: Readonly<Record<string, Fields>> = {
  branch_push: {},
  branch_push_odd_ref: at('refs/heads/team-a/fix@2'),
  custom_properties: {},
  custom_template_owner_visibility: {},
  custom_template_repo_context_jobworkflow: { environment: 'production' },
  custom_template_repository_id: {},
  dependabot_pull_request: { ...pullRequest(27), ...DEPENDABOT, headRef: DEPENDABOT_BRANCH },
  dependabot_pull_request_target: {
    ...{ ...DEPENDABOT, eventName: 'pull_request_target', baseRef: 'main', headRef: DEPENDABOT_BRANCH },
  },
  dependabot_push: { ...at(`refs/heads/${DEPENDABOT_BRANCH}`), ...DEPENDABOT },
  deployment_bare_sha: { ...at(SHA), ref: '', refType: '', eventName: 'deployment' },
  enterprise_issuer: {},
  enterprise_member_repo: {},
  environment: { environment: 'production' },
  environment_colon: { environment: 'Production EU:West' },
  environment_on_pull_request: { ...pullRequest(27), environment: 'preview' },
  ghe_com: {},
  ghes: { checkRunId: undefined, runnerEnvironment: 'self-hosted' },
  immutable_branch: {},
  immutable_environment: { environment: 'production' },
  immutable_pull_request: pullRequest(27),
  immutable_tag: TAG,
  issue_comment: { ...OUTSIDER, eventName: 'issue_comment' },
  merge_group: { ...at(`refs/heads/gh-readonly-queue/main/pr-27-${SHA}`), ...MERGE, eventName: 'merge_group' },
  pull_request_fork_write_tokens_on: { ...pullRequest(28), ...OUTSIDER, headRef: 'main' },
  pull_request_merged_closed: { eventName: 'pull_request', baseRef: 'main', headRef: 'feature-x' },
  pull_request_same_repo: pullRequest(27),
  pull_request_target: { ...OUTSIDER, eventName: 'pull_request_target', baseRef: 'main', headRef: 'feature-x' },
  release_published: { ...TAG, eventName: 'release' },
  repository_dispatch: { ...PORTAL, eventName: 'repository_dispatch' },
  rerun_by_other_user: { runAttempt: '2' },
  reusable_workflow: {
    jobWorkflowRef: deployAt('refs/tags/v2', 'octo-org/octo-automation'),
    jobWorkflowSha: CALLED_SHA,
  },
  reusable_workflow_by_sha: {
    jobWorkflowRef: deployAt(CALLED_SHA, 'octo-org/octo-automation'),
    jobWorkflowSha: CALLED_SHA,
    environment: 'production',
  },
  reusable_workflow_nested: {
    jobWorkflowRef: `octo-org/octo-automation/.github/workflows/roll-out.yml@${CALLED_SHA}`,
    jobWorkflowSha: CALLED_SHA,
    environment: 'production',
  },
  schedule: { eventName: 'schedule' },
  self_hosted_runner: { runnerEnvironment: 'self-hosted' },
  tag_push: TAG,
  workflow_dispatch: { eventName: 'workflow_dispatch' },
  workflow_dispatch_by_app: { ...PORTAL, eventName: 'workflow_dispatch' },
  workflow_run: { ...OUTSIDER, eventName: 'workflow_run' },
};

const REFUSED: Readonly<Record<string, { readonly code: string; readonly words: string }>> = {
  default_audience: {
    code: 'AUDIENCE_MISMATCH',
    words: `made for "https://github.com/octo-org"; this broker accepts only "${BROKER_URL}"`,
  },
  // The issuer of 2022 had a slash at its end: another spelling is another issuer.
  minimal_old_token: { code: 'ISSUER_UNTRUSTED', words: 'does not trust the issuer' },
  // GitHub gives such a job no token at all.
  pull_request_fork: { code: 'TOKEN_MALFORMED', words: 'not a signed JWT' },
};

describe('the shapes of GitHub’s tokens', () => {
  let github: GithubIssuer;
  beforeAll(async () => {
    github = await startGithubIssuer();
  });
  afterAll(() => github.close());

  /** The shape as this double would send it now: its times moved, its issuer replaced, everything else as recorded. */
  async function mint({ payload, header }: Shape): Promise<string> {
    if (payload === null) return '';
    const moved = Math.floor(Date.now() / 1000) - Number(payload['iat']);
    const times = Object.fromEntries(['iat', 'nbf', 'exp'].map((name) => [name, Number(payload[name]) + moved]));
    const slash = String(payload['iss']).endsWith('/') ? '/' : '';
    const { kid } = github.header();
    return await github.mintRaw(
      JSON.stringify({ ...header, kid }),
      JSON.stringify({ ...payload, ...times, iss: `${github.url}${slash}` }),
    );
  }

  const authenticate = async (name: string) => authenticateFor([trusted(github.url)])(await mint(shapeOf(name)));

  test('each has its row, and there are 42', () => {
    expect([...Object.keys(ACCEPTED), ...Object.keys(REFUSED)].sort()).toEqual(NAMES.sort());
    expect(NAMES).toHaveLength(42);
  });

  test.for(Object.entries(ACCEPTED))('%s: accepted', async ([name, differs]) => {
    const { claims, tokenId, tokenExpiresAt, ...subject } = await authenticate(name);
    const { payload } = shapeOf(name);
    expect(subject).toStrictEqual({ ...PUSH_TO_MAIN, ...differs });
    expect(tokenId).toBe(payload?.['jti']);
    expect(tokenExpiresAt).toBeGreaterThan(Date.now());
    const texts = Object.entries(payload ?? {}).filter(([, value]) => typeof value === 'string');
    expect({ ...claims }).toEqual({ ...Object.fromEntries(texts), iss: github.url });
  });

  test.for(Object.entries(REFUSED))('%s: refused', async ([name, { code, words }]) => {
    await expect(authenticate(name)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
