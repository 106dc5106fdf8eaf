import { describe, expect, it } from 'vitest';
import { GUARDED_RULE, lint, lintRule, OFFERED } from '../../../support/build-lint.ts';
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
