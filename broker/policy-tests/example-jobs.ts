// Jobs as GitHub describes them in their tokens: one for each event that can start a job, and the situations that a policy
// meets besides. What a case of `policy test` starts from. The values are invented, the shapes are GitHub's.
import { EVENTS, type RefKind, refKindsOf } from '../policy/events.ts';

export type Claims = Readonly<Record<string, string>>;

export interface ExampleJob {
  /** GitHub's name of what started it */
  readonly event: string;
  /** what it is an example of, in a few words */
  readonly about: string;
  /** what its token says otherwise than that of a push to main */
  readonly claims: Claims;
  /** claims that its token does not have */
  readonly without: readonly string[];
}

const SHA = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';
const MERGE_SHA = 'b81d77c05a2e4f6693de0a1c4b9f27e86d03a5f4';
const CALLED_SHA = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const CALLED_FILE = 'octo-org/octo-automation/.github/workflows/deploy.yml';
/** One that a called workflow calls: only the innermost is in a token. */
const INNERMOST_FILE = 'octo-org/octo-automation/.github/workflows/roll-out.yml';

/** A push to main, without what follows from it (`sub`, `workflow_ref`) and what only the moment decides. */
export const PUSH_TO_MAIN: Claims = {
  actor: 'octocat',
  actor_id: '583231',
  base_ref: '',
  check_run_id: '50123456789',
  event_name: 'push',
  head_ref: '',
  job_workflow_sha: SHA,
  ref: 'refs/heads/main',
  ref_protected: 'true',
  ref_type: 'branch',
  repository: 'octo-org/octo-repo',
  repository_id: '456789',
  repository_owner: 'octo-org',
  repository_owner_id: '123456',
  repository_visibility: 'private',
  run_attempt: '1',
  run_id: '15987654321',
  run_number: '42',
  runner_environment: 'github-hosted',
  sha: SHA,
  workflow: 'Deploy',
  workflow_sha: SHA,
};

const OF_ANOTHER_COMMIT: Claims = { sha: MERGE_SHA, job_workflow_sha: MERGE_SHA, workflow_sha: MERGE_SHA };
const INTO_MAIN: Claims = { base_ref: 'main', head_ref: 'feature-x' };
const BY_OUTSIDER: Claims = { actor: 'outsider', actor_id: '7654321' };
const BY_APP: Claims = { actor: 'octo-portal[bot]', actor_id: '198765432' };
/** The account has this id at github.com. */
const BY_DEPENDABOT: Claims = { actor: 'dependabot[bot]', actor_id: '49699333' };
const DEPENDABOT_BRANCH = 'dependabot/npm_and_yarn/left-pad-1.3.0';
const PRODUCTION: Claims = { environment: 'production', environment_node_id: 'EN_kwDOAAb4Fc5ABCDE' };
const PREVIEW: Claims = { environment: 'preview', environment_node_id: 'EN_kwDOAAb4Fc5ABCDF' };
const QUEUE = `refs/heads/gh-readonly-queue/main/pr-27-${SHA}`;

const OF_REF: Readonly<Record<RefKind, Claims>> = {
  branch: {},
  tag: { ref: 'refs/tags/v1.2.3', ref_type: 'tag', ref_protected: 'false' },
  pull: { ref: 'refs/pull/27/merge', ref_protected: 'false', ...OF_ANOTHER_COMMIT },
};

/** Beyond the kind of ref, what an event makes different. */
const OF_EVENT: Readonly<Record<string, Claims>> = {
  issue_comment: BY_OUTSIDER,
  merge_group: { ref: QUEUE, ref_protected: 'false', ...OF_ANOTHER_COMMIT },
  pull_request: INTO_MAIN,
  pull_request_target: { ...INTO_MAIN, ...BY_OUTSIDER },
  repository_dispatch: BY_APP,
  workflow_run: BY_OUTSIDER,
};

const WHERE: Readonly<Record<RefKind, string>> = { branch: 'main', tag: 'the tag v1.2.3', pull: 'its merge with main' };

function ofEvent(event: string): ExampleJob {
  const [kind = 'branch'] = refKindsOf(event);
  const where = event === 'merge_group' ? 'a branch of the merge queue' : WHERE[kind];
  const claims = { event_name: event, ...OF_REF[kind], ...OF_EVENT[event] };
  return { event, about: `${event}, on ${where}`, claims, without: [] };
}

function variant(event: string, about: string, claims: Claims): ExampleJob {
  const base = ofEvent(event);
  return { ...base, about, claims: { ...base.claims, ...claims } };
}

const VARIANTS: Readonly<Record<string, ExampleJob>> = {
  'push-of-tag': variant('push', 'push of the tag v1.2.3', OF_REF.tag),
  'deployment-of-commit': variant('deployment', 'deployment of a bare commit, which has no ref', {
    ...{ ref: '', ref_type: '', ref_protected: 'false' },
  }),
  'pull-request-from-fork': variant('pull_request', 'pull request of a fork that was given write tokens', {
    ...{ ref: 'refs/pull/28/merge', head_ref: 'main', ...BY_OUTSIDER },
  }),
  'closed-pull-request': variant('pull_request', 'pull request, merged and closed: its ref is then the base branch', {
    ...{ ref: 'refs/heads/main', ref_protected: 'true', sha: SHA, job_workflow_sha: SHA, workflow_sha: SHA },
  }),
  'environment-job': variant('push', 'job with `environment: production`', PRODUCTION),
  'pull-request-environment': variant('pull_request', 'pull request whose job names an environment', PREVIEW),
  'called-workflow': variant('push', 'job in a reusable workflow, called by a tag', {
    ...{ job_workflow_ref: `${CALLED_FILE}@refs/tags/v2`, job_workflow_sha: CALLED_SHA },
  }),
  'called-workflow-by-commit': variant('push', 'job in a reusable workflow, called by a commit, with an environment', {
    ...{ job_workflow_ref: `${CALLED_FILE}@${CALLED_SHA}`, job_workflow_sha: CALLED_SHA, ...PRODUCTION },
  }),
  'nested-called-workflow': variant('push', 'job in a reusable workflow that another one calls, by a commit', {
    ...{ job_workflow_ref: `${INNERMOST_FILE}@${CALLED_SHA}`, job_workflow_sha: CALLED_SHA, ...PRODUCTION },
  }),
  'dependabot-pull-request': variant('pull_request', 'pull request of Dependabot, should its job get a token', {
    ...{ head_ref: DEPENDABOT_BRANCH, ...BY_DEPENDABOT },
  }),
  'dependabot-pull-request-target': variant('pull_request_target', 'pull_request_target of one of Dependabot', {
    ...{ head_ref: DEPENDABOT_BRANCH, ...BY_DEPENDABOT },
  }),
  'dependabot-push': variant('push', 'push of a branch by Dependabot, should its job get a token', {
    ...{ ref: `refs/heads/${DEPENDABOT_BRANCH}`, ref_protected: 'false', ...BY_DEPENDABOT },
  }),
  're-run': variant('push', 'second attempt of a run, whoever pressed the button', { run_attempt: '2' }),
  'dispatch-by-app': variant('workflow_dispatch', 'workflow_dispatch by an App', BY_APP),
  'self-hosted-runner': variant('push', 'job on a self-hosted runner', { runner_environment: 'self-hosted' }),
  'enterprise-server': {
    ...variant('push', 'push at GitHub Enterprise Server, which sends no `check_run_id`', {
      ...{ enterprise: 'octo-ghes', enterprise_id: '1', runner_environment: 'self-hosted' },
    }),
    without: ['check_run_id'],
  },
  'old-token': {
    ...variant('push', 'push whose token has only what GitHub always sent', {}),
    without: ['check_run_id', 'job_workflow_sha', 'ref_protected', 'runner_environment', 'workflow_sha'],
  },
};

/** By the name that a case calls it: an event of GitHub, or one of the situations with hyphens in their names. */
export const EXAMPLE_JOBS: Readonly<Record<string, ExampleJob>> = {
  ...Object.fromEntries(EVENTS.map((event) => [event, ofEvent(event)])),
  ...VARIANTS,
};
