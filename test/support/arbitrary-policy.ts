// Rules and jobs of every kind for property tests: few values an attribute, so that they meet, and those that go wrong among them.
import fc from 'fast-check';
import type { Subject } from '../../broker/model.ts';
import type { Yaml } from './build-policy.ts';
import { buildSubject } from './build-subject.ts';

const COMMIT = 'a'.repeat(40);
const TEMPLATE = 'acme/t/.github/workflows/d.yml';
export const EVENTS = [
  'push',
  'workflow_dispatch',
  'release',
  'pull_request',
  'pull_request_target',
  'schedule',
  'merge_group',
];
const REFS = ['refs/heads/main', 'refs/heads/release/1', 'refs/tags/v1', 'refs/pull/27/merge', ''];

const some = <T>(...values: T[]) => fc.subarray(values, { minLength: 1 });
const ofRef: fc.Arbitrary<Yaml> = fc.oneof(
  fc.constant({}),
  fc.record({ branch: some('main', 'release/*', '**') }),
  fc.record({ tag: some('v*', '**') }),
  fc.record({ ref: some('refs/heads/*', 'refs/tags/*', 'refs/**') }),
  fc.record({ 'pull-request': fc.record({ into: some('main', 'next') }) }),
);
const others: fc.Arbitrary<Yaml> = fc.record(
  {
    repository: some('acme/*', 'acme/shop'),
    environment: some('production', 'Preview-*'),
    event: some(...EVENTS),
    workflow: some('.github/workflows/deploy.yml', '.github/workflows/ci.yml'),
    'called-workflow': some(`${TEMPLATE}@refs/tags/v1`, `${TEMPLATE}@${COMMIT}`),
    actor: some('1', '2'),
    requester: fc.constant(['acme/security']),
    runner: some('github-hosted', 'self-hosted'),
    visibility: some('public', 'private'),
    'protected-ref': fc.constant(true),
    'protected-environment': fc.constant(true),
    time: fc.record({ zone: fc.constant('UTC'), days: some('mon-fri', 'sun') }),
    claims: fc.record({ tier: some('1', '2') }),
  },
  { requiredKeys: [] },
);
/** A rule of any conditions that go together, or do not. */
export const conditions: fc.Arbitrary<Yaml> = fc.tuple(ofRef, others).map(([ref, rest]) => ({ ...ref, ...rest }));

export const subjects: fc.Arbitrary<Subject> = fc
  .record({
    ref: fc.constantFrom(...REFS),
    eventName: fc.constantFrom(...EVENTS),
    baseRef: fc.constantFrom('', 'main', 'next'),
    environment: fc.constantFrom(undefined, 'production', 'preview-1'),
    jobWorkflowRef: fc.constantFrom(`${TEMPLATE}@refs/tags/v1`, `${TEMPLATE}@${COMMIT}`),
    jobWorkflowSha: fc.constantFrom(undefined, COMMIT),
    actorId: fc.constantFrom('1', '2'),
    runnerEnvironment: fc.constantFrom('github-hosted' as const, 'self-hosted' as const),
    repositoryVisibility: fc.constantFrom('public' as const, 'private' as const),
    refProtected: fc.constantFrom(undefined, true, false),
    claims: fc.constantFrom({}, { tier: '1' }),
  })
  .map((overrides) => buildSubject(overrides));
