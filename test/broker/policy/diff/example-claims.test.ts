// A job that is decided differently, as somebody would try it.
import { expect, it } from 'vitest';
import { diffPolicies } from '../../../../broker/policy/diff/diff.ts';
import { exampleClaims } from '../../../../broker/policy/diff/example-claims.ts';
import { buildPolicies, type Yaml } from '../../../support/build-policy.ts';

const examples = (before: Yaml, now: Yaml) => differing([before], [now]);
const differing = (before: readonly Yaml[], now: readonly Yaml[]) =>
  diffPolicies(buildPolicies({ entitlement: { allow: before } }), buildPolicies({ entitlement: { allow: now } }))
    .flatMap(({ witness }) => witness ?? [])
    .map(exampleClaims);

const MAIN = {
  repository: 'acme/shop',
  repository_id: '2001',
  repository_visibility: 'public',
  event_name: 'push',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  ref_protected: 'false',
  workflow_ref: 'acme/shop/.github/workflows/some-other.yml@refs/heads/main',
  job_workflow_ref: 'some/other/.github/workflows/some-other.yml@refs/heads/x',
  actor_id: '0',
  runner_environment: 'github-hosted',
  time: '2027-01-04T12:00:00.000Z',
};

it('says no more than it must', () => {
  expect(examples({ branch: 'x', event: 'push' }, { branch: 'main', event: 'push' })[0]).toEqual(MAIN);
});

it('has what a rule asks for, each claim by its own name', () => {
  const called = `acme/ci/.github/workflows/a.yml@${'c'.repeat(40)}`;
  const rule = {
    'pull-request': { into: 'main' },
    environment: 'production',
    workflow: '.github/workflows/deploy.yml',
    'called-workflow': called,
    actor: '5',
    visibility: 'internal',
    runner: 'self-hosted',
    claims: { enterprise: 'acme', enterprise_id: '9' },
  };
  const [first, second] = examples({ ...rule, actor: '6' }, rule);
  expect(first).toEqual({
    ...MAIN,
    repository_visibility: 'internal',
    event_name: 'pull_request',
    ref: 'refs/pull/1/merge',
    base_ref: 'main',
    environment: 'production',
    workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/pull/1/merge',
    job_workflow_ref: called,
    job_workflow_sha: 'c'.repeat(40),
    actor_id: '5',
    runner_environment: 'self-hosted',
    enterprise: 'acme',
    enterprise_id: '9',
  });
  expect(second).toMatchObject({ actor_id: '6' });
});

it('leaves out what a job has not', () => {
  const [example] = examples(
    { branch: 'main', event: 'push', runner: ['github-hosted', 'self-hosted'] },
    {
      branch: 'main',
      event: 'push',
    },
  );
  expect(example).not.toHaveProperty('runner_environment');
  expect(example).not.toHaveProperty('environment');
});

it('has a time at which it is decided differently', () => {
  const rule = (between: string): Yaml => ({
    branch: 'main',
    event: 'push',
    time: { zone: 'UTC', days: 'mon', between },
  });
  const [example] = examples(rule('09:00-17:00'), rule('09:00-18:00'));
  expect(example?.['time']).toMatch(/^2027-01-(04|11)T17:00:00.000Z$/);
});

it('has a protected ref where only that tells', () => {
  const rule = { branch: 'main', event: 'push' };
  const [example] = examples({ ...rule, 'protected-ref': true, environment: 'a' }, { ...rule, 'protected-ref': true });
  expect(example).toMatchObject({ ref_protected: 'true' });
});

it('has a ref that is none of such an event where only that tells', () => {
  const ofEvent = (event: string, ...refs: Yaml[]): string | undefined => {
    const all = { event, actor: '5' };
    const [before, now] = [refs.map((ref) => ({ ...all, ...ref })), [all]];
    return differing(before, now)[0]?.['ref'];
  };
  expect(ofEvent('pull_request', { ref: 'refs/pull/*/merge' })).toBe('refs/heads/x');
  expect(ofEvent('push', { branch: '**' }, { tag: '**' })).toBe('refs/pull/1/merge');
});

it('has a base branch where GitHub tells one', () => {
  const rule = (event: string) => ({ event, ref: 'refs/pull/*/merge' });
  const into = { 'pull-request': { into: 'main' } };
  const [ofPull] = differing([into], [rule('pull_request')]);
  expect(ofPull).toHaveProperty('base_ref');
  const [ofReview] = differing([into], [rule('pull_request_review')]);
  expect(ofReview).toMatchObject({ event_name: 'pull_request_review', ref: 'refs/pull/1/merge' });
  expect(ofReview).not.toHaveProperty('base_ref');
});
