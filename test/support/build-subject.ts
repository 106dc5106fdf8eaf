// A valid subject, a push to main of acme/shop, with whatever a test wants to be different.
import type { Subject } from '../../broker/model.ts';

const SHA = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';

/** Follows `repository` and `ref` in the claims that GitHub makes of them, unless these are given too. */
export function buildSubject(overrides: Partial<Subject> = {}): Subject {
  const { repository = 'acme/shop', ref = 'refs/heads/main' } = overrides;
  const workflowRef = `${repository}/.github/workflows/deploy.yml@${ref}`;
  return {
    issuer: 'github',
    repository,
    repositoryId: '2001',
    repositoryOwner: repository.split('/')[0] ?? '',
    repositoryOwnerId: '1001',
    repositoryVisibility: 'private',
    ref,
    refType: ref === '' ? '' : ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    refProtected: true,
    sha: SHA,
    headRef: '',
    baseRef: '',
    eventName: 'push',
    environment: undefined,
    workflowRef,
    workflowSha: SHA,
    jobWorkflowRef: workflowRef,
    jobWorkflowSha: SHA,
    actor: 'octocat',
    actorId: '583231',
    runId: '15987654321',
    runAttempt: '1',
    checkRunId: '50123456789',
    runnerEnvironment: 'github-hosted',
    claims: {},
    tokenId: '00000000-0000-4000-8000-000000000001',
    tokenExpiresAt: 1_795_341_900_000,
    ...overrides,
  };
}

/** A job of pull request 27 from `feature-x` into `baseRef`. */
export function buildPullRequest(baseRef = 'main', overrides: Partial<Subject> = {}): Subject {
  return buildSubject({
    ref: 'refs/pull/27/merge',
    eventName: 'pull_request',
    headRef: 'feature-x',
    baseRef,
    refProtected: false,
    ...overrides,
  });
}
