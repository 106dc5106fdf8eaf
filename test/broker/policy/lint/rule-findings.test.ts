import { describe, expect, it } from 'vitest';
import { GUARDED, GUARDED_RULE, lint, lintRule, OFFERED, saidOf } from '../../../support/build-lint.ts';
import type { Yaml } from '../../../support/build-policy.ts';

const COMMIT = 'a'.repeat(40);
const TEMPLATE = 'acme/t/.github/workflows/d.yml';

describe('a rule of high risk', () => {
  it.each<[what: string, rule: Yaml, findings: readonly string[]]>([
    ['is well guarded', {}, []],
    ['has a wildcard over branches', { branch: ['main', 'release/*'] }, ['allow[0].branch LINT_REF_WILDCARD']],
    ['has a wildcard over tags', { branch: undefined, tag: 'v*' }, ['allow[0].tag LINT_REF_WILDCARD']],
    ['has a wildcard over refs', { branch: undefined, ref: 'refs/heads/r*' }, ['allow[0].ref LINT_REF_WILDCARD']],
    ['names no ref', { branch: undefined }, ['allow[0] LINT_REF_WILDCARD']],
    ['has a wildcard over protected branches', { branch: 'release/*', 'protected-ref': true }, []],
    [
      'names no ref and wants a protected one',
      { branch: undefined, workflow: '.github/workflows/deploy.yml', 'pull-request': { into: 'release/*' } },
      ['allow[0].pull-request LINT_OUTSIDE_EVENT'],
    ],
    ['names no runner', { runner: undefined }, ['allow[0] LINT_NO_RUNNER']],
    [
      'names a runner that others used',
      { runner: ['github-hosted', 'self-hosted'] },
      ['allow[0].runner LINT_SELF_HOSTED'],
    ],
    [
      'is for pull requests',
      { branch: undefined, 'pull-request': { into: 'main' } },
      ['allow[0].pull-request LINT_OUTSIDE_EVENT'],
    ],
    ['is for comments too', { event: ['push', 'issue_comment'] }, ['allow[0].event LINT_OUTSIDE_EVENT']],
    ['follows other workflows', { event: 'workflow_run' }, ['allow[0].event LINT_OUTSIDE_EVENT']],
    ['is for a schedule', { event: 'schedule' }, []],
    ['names events and no ref', { branch: undefined, event: 'push' }, ['allow[0] LINT_REF_WILDCARD']],
    [
      'is for pull_request_target',
      { event: ['push', 'pull_request_target'] },
      ['allow[0].event LINT_PULL_REQUEST_TARGET'],
    ],
    [
      'calls what can be moved',
      { 'called-workflow': `${TEMPLATE}@refs/tags/v1` },
      ['allow[0].called-workflow LINT_CALLED_WORKFLOW_MUTABLE'],
    ],
    ['calls a commit', { 'called-workflow': `${TEMPLATE}@${COMMIT}` }, []],
    ['names an event without branches', { event: ['push', 'release'] }, ['allow[0].event LINT_EVENT_IDLE']],
  ])('that %s', (_what, rule, findings) => {
    expect(lintRule(rule)).toEqual(findings);
  });
});

describe('a rule of low risk', () => {
  it.each<[what: string, rule: Yaml, findings: readonly string[]]>([
    ['has a wildcard, no environment and any runner', { branch: '**', runner: undefined, environment: undefined }, []],
    ['is for pull requests', { branch: undefined, environment: undefined, 'pull-request': { into: 'main' } }, []],
    [
      'takes pull requests on machines of your own',
      { branch: undefined, environment: undefined, 'pull-request': { into: 'main' }, runner: 'self-hosted' },
      ['allow[0].runner LINT_SELF_HOSTED'],
    ],
    [
      'takes pull requests, and pushes, on machines of your own',
      { environment: undefined, event: ['push', 'pull_request_target'], runner: 'self-hosted' },
      ['allow[0].runner LINT_SELF_HOSTED', 'allow[0].event LINT_PULL_REQUEST_TARGET'],
    ],
    ['runs on machines of your own', { environment: undefined, runner: 'self-hosted' }, []],
    [
      'is for pull_request_target',
      { environment: undefined, event: 'pull_request_target' },
      ['allow[0].event LINT_PULL_REQUEST_TARGET'],
    ],
  ])('that %s', (_what, rule, findings) => {
    expect(lintRule(rule, 'low')).toEqual(findings);
  });
});

it('a finding says the risk with the values of the policy, the line to write, and where the lists speak of it', () => {
  const entitlement = {
    risk: 'high',
    expires: '2027-03-01',
    allow: [{ ...GUARDED_RULE, branch: ['main', 'release/*'] }],
  };
  expect(lint({ organization: OFFERED, entitlement })).toEqual([
    {
      file: 'shop.yaml',
      line: 16,
      column: 9,
      key: 'entitlements.preview.allow[0].branch',
      code: 'LINT_REF_WILDCARD',
      message: 'whoever can push can make a branch that "release/*" takes, and gets this credential of high risk.',
      remedy: 'name each branch whole, or write `protected-ref: true` beside `branch`.',
      nhi: 'NHI5:2025',
      cicd_sec: 'CICD-SEC-1',
    },
  ]);
});

it.each<[what: string, rule: Yaml, said: readonly string[]]>([
  [
    'has wildcards over branches',
    { branch: ['main', 'release/*', 'hotfix/**'] },
    [
      'whoever can push can make a branch that "release/*" or "hotfix/**" take, and gets this credential of high risk. Change: name each branch whole, or write `protected-ref: true` beside `branch`.',
    ],
  ],
  [
    'names no ref',
    { branch: undefined },
    [
      'the rule names no branch or tag, so that whoever can push one gets this credential of high risk. Change: `branch: main` in this rule.',
    ],
  ],
  [
    'names no runner',
    { runner: undefined },
    [
      'a job on any runner may ask, also on one that other jobs have used before. Change: `runner: github-hosted` in this rule.',
    ],
  ],
  [
    'names a runner that others used',
    { runner: 'self-hosted' },
    [
      'what an earlier job leaves on a self-hosted machine can read the credentials of later jobs. Change: `runner: github-hosted`, or machines that serve one job and are thrown away.',
    ],
  ],
  [
    'is for what outsiders cause',
    { event: ['push', 'schedule', 'issues', 'issue_comment'] },
    [
      'people without write access can cause issues or issue_comment, and this credential is of high risk. Change: `event: [push, schedule]`; what pull requests need belongs in an entitlement of low risk.',
    ],
  ],
  [
    'is for nothing else',
    { branch: undefined, 'pull-request': { into: 'main' } },
    [
      'people without write access can cause pull_request, and this credential is of high risk. Change: `event: [push, workflow_dispatch]`; what pull requests need belongs in an entitlement of low risk.',
    ],
  ],
  [
    'is for pull_request_target',
    { event: ['push', 'pull_request_target'] },
    [
      'jobs of pull_request_target show the default branch as their ref, though a stranger’s pull request started them. Change: take pull_request_target out; for pull requests write `pull-request: { into: main }`.',
    ],
  ],
  [
    'calls what can be moved',
    { 'called-workflow': [`${TEMPLATE}@${COMMIT}`, `${TEMPLATE}@refs/tags/v1`, `${TEMPLATE}@refs/heads/main`] },
    [
      'whoever can move refs/tags/v1 or refs/heads/main decides what the job runs. Change: `called-workflow: acme/t/.github/workflows/d.yml@` and the 40 digits of the commit that you read.',
    ],
  ],
  [
    'names events without branches',
    { event: ['push', 'release', 'schedule'], branch: undefined, tag: 'v1' },
    [
      'no job of schedule ever has such a ref as this rule wants: it reads as if it allowed them. Change: `event: [push, release]`, and a rule of its own for schedule where they are meant.',
    ],
  ],
])('a rule that %s is told the risk and the line to write', (_what, rule, said) => {
  const allow = [
    Object.fromEntries(Object.entries({ ...GUARDED_RULE, ...rule }).filter(([, value]) => value !== undefined)),
  ];
  expect(saidOf(lint({ organization: OFFERED, entitlement: { ...GUARDED, allow } }))).toEqual(said);
});

it('a rule of low risk for pull requests on machines of your own is told whose jobs those are', () => {
  const rule = { 'pull-request': { into: 'main' }, runner: 'self-hosted' };
  expect(saidOf(lint({ organization: OFFERED, entitlement: { allow: [rule] } }))).toEqual([
    'what a pull request leaves on a self-hosted machine can read the credentials of later jobs. Change: `runner: github-hosted`, or machines that serve one job and are thrown away.',
  ]);
});
