import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS, refKindOf, refKindsOf } from '../../../broker/policy/events.ts';
import type { TestCase } from '../../../broker/policy-tests/case-document.ts';
import { EXAMPLE_JOBS } from '../../../broker/policy-tests/example-jobs.ts';
import { jobOf } from '../../../broker/policy-tests/job-claims.ts';
import { buildPolicies } from '../../support/build-policy.ts';

const ELSEWHERE = { ask: 'none/none', expect: 'deny', title: 'x' } as const;
const policies = buildPolicies({}, { issuers: undefined });

/** GitHub's own example: what only the moment decides, and names that the author of a workflow chooses, left out. */
function collected(file: string): Record<string, unknown> {
  const url = new URL(`../../vectors/claims/${file}.json`, import.meta.url);
  const { payload } = JSON.parse(readFileSync(url, 'utf8')) as { payload: Record<string, unknown> };
  return withoutMoment(payload);
}

function withoutMoment(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const left = ['iss', 'aud', 'jti', 'iat', 'nbf', 'exp', 'workflow', 'repository_id', 'repository_owner_id'];
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !left.includes(name)));
}

describe('the example jobs', () => {
  it.each([
    ['push', 'branch_push'],
    ['push-of-tag', 'tag_push'],
    ['workflow_dispatch', 'workflow_dispatch'],
    ['dispatch-by-app', 'workflow_dispatch_by_app'],
    ['schedule', 'schedule'],
    ['release', 'release_published'],
    ['pull_request', 'pull_request_same_repo'],
    ['pull-request-from-fork', 'pull_request_fork_write_tokens_on'],
    ['closed-pull-request', 'pull_request_merged_closed'],
    ['pull-request-environment', 'environment_on_pull_request'],
    ['pull_request_target', 'pull_request_target'],
    ['merge_group', 'merge_group'],
    ['deployment-of-commit', 'deployment_bare_sha'],
    ['issue_comment', 'issue_comment'],
    ['repository_dispatch', 'repository_dispatch'],
    ['workflow_run', 'workflow_run'],
    ['called-workflow', 'reusable_workflow'],
    ['called-workflow-by-commit', 'reusable_workflow_by_sha'],
    ['nested-called-workflow', 'reusable_workflow_nested'],
    ['dependabot-pull-request', 'dependabot_pull_request'],
    ['dependabot-pull-request-target', 'dependabot_pull_request_target'],
    ['dependabot-push', 'dependabot_push'],
    ['re-run', 'rerun_by_other_user'],
    ['environment-job', 'environment'],
    ['self-hosted-runner', 'self_hosted_runner'],
    ['enterprise-server', 'ghes'],
    ['old-token', 'minimal_old_token'],
  ])('%s is what GitHub sends (%s)', (event, file) => {
    const job = jobOf({ ...ELSEWHERE, event, repository: 'octo-org/octo-repo' } as TestCase, policies);
    expect(withoutMoment(job.claims)).toEqual(collected(file));
  });

  it('there is one for every event that can start a job, with a ref that a job of it can have', () => {
    for (const event of EVENTS) {
      const { claims } = jobOf({ ...ELSEWHERE, event } as TestCase, policies);
      expect([event, claims['event_name']]).toEqual([event, event]);
      expect(refKindsOf(event)).toContain(refKindOf(claims['ref'] ?? ''));
    }
  });

  it('says of each what it is an example of', () => {
    expect(Object.values(EXAMPLE_JOBS).filter(({ about }) => about.length < 10)).toEqual([]);
  });
});
