import { describe, expect, it } from 'vitest';
import { claimProblem } from '../../../broker/policy/claim-names.ts';

describe('the name of a claim', () => {
  it.each([
    ['repository', 'repository'],
    ['repository_id', 'repository'],
    ['repository_owner', 'repository'],
    ['repository_visibility', 'visibility'],
    ['ref', 'branch'],
    ['ref_type', 'branch'],
    ['ref_protected', 'protected-ref'],
    ['base_ref', 'pull-request'],
    ['environment', 'environment'],
    ['event_name', 'event'],
    ['workflow_ref', 'workflow'],
    ['job_workflow_ref', 'called-workflow'],
    ['job_workflow_sha', 'called-workflow'],
    ['actor', 'actor'],
    ['actor_id', 'actor'],
    ['runner_environment', 'runner'],
  ])('%s has a condition that compares it rightly', (name, condition) => {
    expect(claimProblem(name)).toBe(`has a condition of its own: use \`${condition}\``);
  });

  it.each([
    ['sub', 'its form differs from repository to repository; use `branch`, `environment` and the other conditions'],
    ['head_ref', 'the author of a pull request chooses it; use `pull-request: { into }`'],
    ['workflow', 'it is free text of the workflow; use `workflow` with the path of the file'],
    ['aud', 'every token here is for this broker, that is checked already'],
    ['iss', 'the issuer is checked with the repository; name the `repository` that the rule is for'],
    ['jti', 'it is another one in each token'],
  ])('%s says nothing to decide on', (name, reason) => {
    expect(claimProblem(name)).toBe(`cannot be decided on: ${reason}`);
  });

  it.each(['exp', 'iat', 'nbf'])('%s is a time', (name) => {
    expect(claimProblem(name)).toBe('is a time that is checked already');
  });

  it.each(['', 'a b', ' a', 'a ', 'été', 'a\n', 'a'.repeat(129)])('%j is none', (name) => {
    expect(claimProblem(name)).toBe('is not the name of a claim');
  });

  it.each(['enterprise', 'https://example.com/team-1', 'a.b:c', 'a'.repeat(128)])('%s is one', (name) => {
    expect(claimProblem(name)).toBeUndefined();
  });
});
