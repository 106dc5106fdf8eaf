import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { CONDITION_KEYS } from '../../../broker/policy/rule-document.ts';
import { buildAsk, buildPolicies, decideRule, outcomeOf, type Yaml } from '../../support/build-policy.ts';
import { buildPullRequest, buildSubject } from '../../support/build-subject.ts';

const COMMIT = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const TEMPLATE = 'acme/templates/.github/workflows/deploy.yml';
const outcome = (rule: Yaml, subject: Subject): string => outcomeOf(decideRule(rule, subject));

/** For each condition: a rule, a subject that meets it, and one that does not, with what the reason says. */
const CASES: readonly [key: string, rule: Yaml, meets: Partial<Subject>, fails: Partial<Subject>, reason: Yaml][] = [
  [
    'repository',
    { repository: 'ACME/shop' },
    {},
    { repositoryId: '2003', repository: 'acme/shop-2' },
    { expected: 'ACME/shop', got: 'acme/shop-2' },
  ],
  [
    'branch',
    { branch: ['main', 'release/*'] },
    {},
    { ref: 'refs/heads/x' },
    { expected: 'main or release/*', got: 'x' },
  ],
  ['tag', { tag: 'v*' }, { ref: 'refs/tags/v1' }, { ref: 'refs/tags/x' }, { expected: 'v*', got: 'x' }],
  [
    'ref',
    { ref: 'refs/heads/main' },
    {},
    { ref: 'refs/tags/main' },
    { expected: 'refs/heads/main', got: 'refs/tags/main' },
  ],
  [
    'pull-request',
    { 'pull-request': { into: 'main' }, event: ['push', 'pull_request'] },
    buildPullRequest(),
    {},
    { expected: 'into main', got: 'refs/heads/main' },
  ],
  [
    'environment',
    { environment: 'Production' },
    { environment: 'pRoDuCtIoN' },
    { environment: 'staging' },
    { expected: 'Production', got: 'staging' },
  ],
  [
    'event',
    { event: ['push', 'schedule'] },
    { eventName: 'schedule' },
    { eventName: 'issues' },
    { code: 'EVENT_NOT_ALLOWED', expected: 'push or schedule', got: 'issues' },
  ],
  [
    'workflow',
    { workflow: '.github/workflows/deploy.yml' },
    {},
    { workflowRef: 'acme/shop/.github/workflows/ci.yml@refs/heads/main' },
    { got: 'acme/shop/.github/workflows/ci.yml@refs/heads/main' },
  ],
  [
    'called-workflow',
    { 'called-workflow': `${TEMPLATE}@refs/tags/v1` },
    { jobWorkflowRef: `${TEMPLATE}@refs/tags/v1` },
    { jobWorkflowRef: `${TEMPLATE}@refs/tags/v2` },
    { got: `${TEMPLATE}@refs/tags/v2` },
  ],
  ['actor', { actor: ['1', '583231'] }, {}, { actorId: '2', actor: '583231' }, { expected: '1 or 583231', got: '2' }],
  [
    'runner',
    { runner: 'github-hosted' },
    {},
    { runnerEnvironment: 'self-hosted' },
    { expected: 'github-hosted', got: 'self-hosted' },
  ],
  [
    'visibility',
    { visibility: ['private', 'internal'] },
    {},
    { repositoryVisibility: 'public' },
    { expected: 'private or internal', got: 'public' },
  ],
  [
    'protected-ref',
    { branch: 'main', 'protected-ref': true },
    {},
    { refProtected: false },
    { expected: 'true', got: 'false' },
  ],
  [
    'claims',
    { claims: { repo_property_tier: ['1', '2'] } },
    { claims: { repo_property_tier: '2' } },
    { claims: { repo_property_tier: '12' } },
    { condition: 'claims.repo_property_tier', expected: '1 or 2', got: '12' },
  ],
];

/** What the author of a workflow can do about each. */
const REMEDIES: Readonly<Record<string, string>> = {
  repository: 'Ask from such a repository',
  branch: 'Run the job on such a branch',
  tag: 'Run the job on such a tag',
  ref: 'Run the job on such a ref',
  'pull-request': 'Run the job for a pull request into such a branch',
  environment: 'Set `environment` on the job to such a name',
  event: 'Start the workflow by such an event',
  workflow: 'Ask from such a workflow file',
  'called-workflow': 'Run the job in such a reusable workflow',
  actor: 'Have one of these accounts start the run (ids count, not names)',
  runner: 'Run the job on such a runner',
  visibility: 'Ask from such a repository',
  'protected-ref': 'Ask from a ref that a protection rule applies to',
  claims: 'Ask from a job whose token says so',
};

describe('conditions', () => {
  it.each(CASES)('%s holds for its value and nothing else, and says both', (key, ...[rule, meets, fails, reason]) => {
    const repositories = [
      { name: 'acme/shop', id: '2001' },
      { name: 'acme/shop-2', id: '2003' },
    ];
    const policies = buildPolicies({ entitlement: { allow: [rule] }, project: { repositories } });
    expect(outcomeOf(evaluate(policies, buildSubject(meets), buildAsk()))).toBe('permit');
    const decision = evaluate(policies, buildSubject(fails), buildAsk());
    if (decision.outcome !== 'deny') throw new Error('must be denied');
    const [first] = decision.reasons;
    expect(first).toMatchObject({ code: 'POLICY_NO_MATCH', rule: 0, condition: key, ...reason });
    const has = first?.got === undefined ? 'none' : `"${first.got}"`;
    expect(first?.message).toBe(
      `The first rule wants \`${first?.condition}\` to be ${first?.expected}; this job has ${has}. ${REMEDIES[key]}, or ask acme/platform to change the rule in shop.yaml.`,
    );
  });

  it('each key of the schema is tested here', () => {
    const tested = [...CASES.map(([key]) => key), 'requester', 'protected-environment', 'time'];
    expect(tested.sort()).toEqual([...CONDITION_KEYS].sort());
  });

  it('all conditions of a rule must hold, and any rule suffices', () => {
    expect(outcome({ branch: 'main', environment: 'production' }, buildSubject())).toBe('POLICY_NO_MATCH');
    expect(outcome({ branch: 'main', environment: 'production' }, buildSubject({ environment: 'production' }))).toBe(
      'permit',
    );
  });

  it.each<[Yaml, Partial<Subject>]>([
    [{ repository: ['acme/libs', 'acme/shop'] }, {}],
    [{ repository: 'ACME/l*' }, { repositoryId: '2002' }],
    [{ branch: ['main', 'r*-*'] }, { ref: 'refs/heads/release-1' }],
    [{ environment: ['staging', 'production'] }, { environment: 'production' }],
    [{ workflow: ['.github/workflows/ci.yml', '.github/workflows/deploy.yml'] }, {}],
    [
      { 'called-workflow': [`${TEMPLATE}@refs/tags/v1`, `${TEMPLATE}@refs/tags/v2`] },
      { jobWorkflowRef: `${TEMPLATE}@refs/tags/v2` },
    ],
  ])('one value of a list suffices: %j', (rule, overrides) => {
    const repositories = [
      { name: 'acme/shop', id: '2001' },
      { name: 'Acme/Libs', id: '2002' },
    ];
    const policies = buildPolicies({ entitlement: { allow: [rule] }, project: { repositories } });
    expect(outcomeOf(evaluate(policies, buildSubject(overrides), buildAsk()))).toBe('permit');
  });

  it.each(['push', 'workflow_dispatch', 'release'])('a rule without event allows %s', (eventName) => {
    expect(outcome({ runner: 'github-hosted' }, buildSubject({ eventName, ref: 'refs/tags/v1' }))).toBe('permit');
  });

  it('a rule without event says which events are meant', () => {
    expect(decideRule({ branch: 'main' }, buildSubject({ eventName: 'pull_request_target' }))).toMatchObject({
      reasons: [
        {
          code: 'EVENT_NOT_ALLOWED',
          expected: 'push, workflow_dispatch or release',
          message: expect.stringContaining(
            'Start the workflow by such an event (these are meant where a rule names none)',
          ),
        },
      ],
    });
  });

  it('an environment may be a pattern; a job without one never meets it', () => {
    expect(outcome({ environment: 'preview-*' }, buildSubject({ environment: 'Preview-12' }))).toBe('permit');
    expect(outcome({ environment: '**' }, buildSubject())).toBe('POLICY_NO_MATCH');
  });

  it('a repository that took over the name is not the one that is meant', () => {
    const repositories = [
      { name: 'acme/shop', id: '2001' },
      { name: 'acme/libs', id: '2002' },
    ];
    const policies = buildPolicies({
      project: { repositories },
      entitlement: { allow: [{ repository: 'acme/shop' }] },
    });
    const impostor = buildSubject({ repository: 'acme/shop', repositoryId: '2002' });
    expect(outcomeOf(evaluate(policies, impostor, buildAsk()))).toBe('POLICY_NO_MATCH');
  });

  it.each([
    ['the file of another repository', { workflowRef: 'other/shop/.github/workflows/deploy.yml@refs/heads/main' }],
    ['the file on another ref', { workflowRef: 'acme/shop/.github/workflows/deploy.yml@refs/heads/x' }],
    ['a longer path', { workflowRef: 'acme/shop/x/.github/workflows/deploy.yml@refs/heads/main' }],
    [
      'a branch that ends like the file on the ref',
      {
        ref: 'refs/heads/x',
        workflowRef: 'acme/shop/.github/workflows/a.yml@.github/workflows/deploy.yml@refs/heads/x',
      },
    ],
    ['the file at nothing', { ref: '', workflowRef: 'acme/shop/.github/workflows/deploy.yml@' }],
    ['the file at a bare commit', { ref: '', workflowRef: `acme/shop/.github/workflows/deploy.yml@${COMMIT}` }],
  ])('workflow is not %s', (_what, overrides) => {
    expect(outcome({ workflow: '.github/workflows/deploy.yml' }, buildSubject(overrides))).toBe('POLICY_NO_MATCH');
  });

  it('workflow on a ref with @ in its name is compared whole', () => {
    expect(outcome({ workflow: '.github/workflows/deploy.yml' }, buildSubject({ ref: 'refs/heads/a@b.yml@c' }))).toBe(
      'permit',
    );
  });

  it.each([COMMIT, COMMIT.padEnd(64, '0')])(
    'a called workflow pinned by %s needs job_workflow_sha to be that',
    (commit) => {
      const rule = { 'called-workflow': [`${TEMPLATE}@refs/tags/v1`, `${TEMPLATE}@${commit}`] };
      const pinned = { jobWorkflowRef: `${TEMPLATE}@${commit}` };
      const gotAt = (jobWorkflowSha: string | undefined) =>
        decideRule(rule, buildSubject({ ...pinned, jobWorkflowSha }));
      expect(gotAt(commit).outcome).toBe('permit');
      expect(gotAt('f'.repeat(commit.length))).toMatchObject({
        reasons: [
          { condition: 'called-workflow', got: `${TEMPLATE}@${commit} at commit ${'f'.repeat(commit.length)}` },
        ],
      });
      expect(gotAt(undefined)).toMatchObject({ reasons: [{ got: `${TEMPLATE}@${commit} at commit unknown` }] });
    },
  );

  it('a called workflow is the same however its owner is spelled, but not its file', () => {
    const rule = { 'called-workflow': `${TEMPLATE}@refs/tags/v1` };
    const shouted = TEMPLATE.replace('acme/templates', 'ACME/TEMPLATES');
    expect(outcome(rule, buildSubject({ jobWorkflowRef: `${shouted}@refs/tags/v1` }))).toBe('permit');
    expect(
      outcome(rule, buildSubject({ jobWorkflowRef: `${TEMPLATE.replace('deploy', 'Deploy')}@refs/tags/v1` })),
    ).toBe('POLICY_NO_MATCH');
    expect(outcome(rule, buildSubject({ jobWorkflowRef: `${TEMPLATE}@refs/tags/V1` }))).toBe('POLICY_NO_MATCH');
  });

  it('a claim that the token lacks is not met, not even by a name that every object has', () => {
    expect(outcome({ claims: { repo_property_tier: '1' } }, buildSubject())).toBe('POLICY_NO_MATCH');
    expect(outcome({ claims: { valueOf: 'x' } }, buildSubject())).toBe('POLICY_NO_MATCH');
  });

  it('a claim is compared whole: * stands for itself', () => {
    expect(outcome({ claims: { tier: 'a*' } }, buildSubject({ claims: { tier: 'abc' } }))).toBe('POLICY_NO_MATCH');
    expect(outcome({ claims: { tier: 'a*' } }, buildSubject({ claims: { tier: 'a*' } }))).toBe('permit');
  });

  it('several claims are several conditions', () => {
    const decision = decideRule({ claims: { a: '1', b: '2' } }, buildSubject({ claims: { b: '2' } }));
    expect(decision).toMatchObject({ reasons: [{ condition: 'claims.a' }] });
  });

  it('the protection of a ref that GitHub does not tell is not met', () => {
    expect(outcome({ branch: 'main', 'protected-ref': true }, buildSubject({ refProtected: undefined }))).toBe(
      'POLICY_NO_MATCH',
    );
  });

  it.each([
    ['requester', { requester: ['acme/security'] }, 'acme/security'],
    ['protected-environment', { 'protected-environment': true }, 'an environment with protection rules'],
  ])('%s never holds where nobody can be asked', (key, rule, expected) => {
    const message = `The first rule needs \`${key}\` (${expected}), and whether that holds cannot be found out: no GitHub App is configured here (\`github\` in the configuration, see docs/operations.md). Without that the rule does not hold; where it cannot be mended, ask acme/platform for one without it.`;
    expect(decideRule({ branch: 'main', ...rule }, buildSubject())).toMatchObject({
      reasons: [{ code: 'FACT_UNAVAILABLE', condition: key, expected, message }],
    });
  });
});
