import { describe, expect, it } from 'vitest';
import type { TestCase } from '../../../broker/policy-tests/case-document.ts';
import { readCases } from '../../../broker/policy-tests/case-files.ts';
import { uncovered } from '../../../broker/policy-tests/coverage.ts';
import { type CaseResult, runCase } from '../../../broker/policy-tests/run-case.ts';
import {
  buildContext,
  buildEntitlement,
  buildPolicies,
  NOBODY_SIGNS_IN,
  NOW,
  type PolicyParts,
  type Yaml,
  yamlText,
} from '../../support/build-policy.ts';

function readCase(written: Yaml): TestCase {
  const base = { title: 'x', event: 'push', ask: 'shop/preview', expect: 'permit' };
  const read = readCases([{ file: 'shop.yaml', text: yamlText({ cases: [{ ...base, ...written }] }) }]);
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.cases[0]?.testCase as TestCase;
}

const run = (written: Yaml, parts: PolicyParts = {}): CaseResult =>
  runCase(readCase(written), {
    ...{ policies: buildPolicies(parts, { people: NOBODY_SIGNS_IN }), issuers: buildContext().issuers, now: NOW },
  });
const failureOf = (written: Yaml, allow: Yaml[]): string | undefined =>
  run(written, { entitlement: { allow } }).failure;

const TWO = [{ branch: 'main', environment: 'production' }, { branch: 'release/*' }];

describe('a case', () => {
  it('is about the first repository of the project, unless it says which', () => {
    expect(run({}).subject).toMatchObject({ repository: 'acme/shop', repositoryId: '2001', repositoryOwnerId: '1001' });
    expect(run({ repository: 'ACME/shop', expect: 'permit' }).failure).toBeUndefined();
    expect(run({ repository: 'other/shop', expect: 'stranger' })).toMatchObject({ failure: undefined });
  });

  it.each<[written: Yaml, rule: Yaml]>([
    [{ branch: 'release/1' }, { branch: 'release/*' }],
    [{ event: 'push', tag: 'v3' }, { tag: 'v3' }],
    [{ ref: 'refs/tags/v3' }, { tag: 'v3' }],
    [{ event: 'pull_request', 'pull-request': { into: 'next' } }, { 'pull-request': { into: 'next' } }],
    [{ environment: 'Production' }, { environment: 'production' }],
    [{ workflow: '.github/workflows/x.yml', branch: 'a' }, { workflow: '.github/workflows/x.yml' }],
    [
      { 'called-workflow': `a/b/.github/workflows/c.yml@${'a'.repeat(40)}` },
      { 'called-workflow': `a/b/.github/workflows/c.yml@${'a'.repeat(40)}` },
    ],
    [{ actor: '7' }, { actor: '7' }],
    [{ runner: 'self-hosted' }, { runner: 'self-hosted' }],
    [{ event: 'old-token', runner: 'github-hosted' }, { runner: 'github-hosted' }],
    [{ visibility: 'internal' }, { visibility: 'internal' }],
    [{ 'protected-ref': true }, { branch: 'main', 'protected-ref': true }],
    [{ claims: { repo_property_tier: '1' } }, { claims: { repo_property_tier: '1' } }],
    [{ at: '2026-11-30T10:00Z' }, { branch: 'main', time: { zone: 'UTC', days: 'mon' } }],
  ])('says %j in the words of a rule %j', (written, rule) => {
    expect(failureOf(written, [rule])).toBeUndefined();
  });

  it('fails where it is decided otherwise, by another rule, or for another reason', () => {
    expect(failureOf({ expect: 'deny' }, [{ branch: 'main' }])).toBe(
      'expected deny, got permit by the first rule (`rule: 0`)',
    );
    expect(failureOf({ branch: 'x' }, [{ branch: 'main' }])).toBe('expected permit, got deny');
    expect(failureOf({ branch: 'release/1', rule: 0 }, TWO)).toBe(
      'expected permit by the first rule (`rule: 0`), got permit by the second rule (`rule: 1`)',
    );
    expect(failureOf({ expect: 'deny', because: ['environment', 'event'] }, TWO)).toBe(
      'expected deny because of event in the first rule (`rule: 0`), got deny because of environment',
    );
  });

  it('looks for the reason in the nearest rule, or in the one that it names', () => {
    const both = { expect: 'deny', because: 'branch' };
    expect(failureOf(both, TWO)).toContain('got deny because of environment');
    expect(failureOf({ ...both, rule: 1 }, TWO)).toBeUndefined();
    expect(failureOf({ ...both, rule: 7 }, TWO)).toBe(
      'expected the eighth rule (`rule: 7`) to fail, and it is not among the reasons',
    );
  });

  it('says so where the job is refused before any policy, and passes only where it names that', () => {
    const elsewhere = { repository: 'acme/shop', expect: 'deny', claims: { repository_owner_id: '9' } };
    expect(run(elsewhere).failure).toContain('the job is refused before: OWNER_NOT_ALLOWED');
    expect(run({ ...elsewhere, because: 'OWNER_NOT_ALLOWED' }).failure).toBeUndefined();
    expect(run({ expect: 'deny', claims: { actor_id: 'ada' } }).failure).toContain('refused before: TOKEN_MALFORMED');
  });

  it.each<[lacking: Yaml, assuming: string, expect: string, code: string]>([
    [{ approval: { by: 'acme/security' } }, 'approval', 'approval', 'APPROVAL_UNAVAILABLE'],
    [
      { 'break-glass': { for: 'acme/security', notify: 'acme/security' } },
      'approval',
      'approval',
      'APPROVAL_UNAVAILABLE',
    ],
    [{ allow: [{ branch: 'main', requester: 'acme/security' }] }, 'facts', 'permit', 'FACT_UNAVAILABLE'],
    [
      { credential: { kind: 'github-token', repositories: 'acme/shop', permissions: { contents: 'read' } } },
      'provider',
      'permit',
      'PROVIDER_UNAVAILABLE',
    ],
  ])('with %j is denied today, and its rules are tested `assuming: %s`', (lacking, ...[assuming, expected, code]) => {
    const parts = { entitlement: lacking };
    expect(run({ expect: 'deny', because: code }, parts).failure).toBeUndefined();
    expect(run({ expect: expected, assuming }, parts)).toMatchObject({ failure: undefined, rule: 0 });
    expect(run({ expect: 'deny', branch: 'x', because: 'branch', assuming }, parts).failure).toBeUndefined();
  });

  it('waits for people where they can be asked, without assuming anything', () => {
    const policies = buildPolicies({ entitlement: { approval: { by: 'acme/security' } } });
    const surroundings = { policies, issuers: undefined, now: NOW };
    expect(runCase(readCase({ expect: 'approval', rule: 0 }), surroundings).failure).toBeUndefined();
    expect(runCase(readCase({}), surroundings).failure).toBe(
      'expected permit, got approval by the first rule (`rule: 0`)',
    );
    const again = readCase({ event: 're-run', expect: 'deny', because: 'approval' });
    expect(runCase(again, surroundings).failure).toBeUndefined();
  });

  it('assumes nothing else', () => {
    const parts = { entitlement: { mode: 'observe', approval: { by: 'acme/security' } } };
    expect(
      run({ expect: 'deny', because: 'OBSERVE_ONLY', assuming: ['approval', 'facts'] }, parts).failure,
    ).toBeUndefined();
  });
});

describe('what no case covers', () => {
  const policies = buildPolicies({
    project: {
      entitlements: { one: buildEntitlement({ allow: TWO }), two: buildEntitlement(), three: buildEntitlement() },
    },
  });

  it('is named: entitlements, outcomes and rules', () => {
    const gaps = uncovered(policies, [
      { ask: 'shop/one', outcome: 'permit', rule: 1 },
      { ask: 'shop/two', outcome: 'deny', rule: undefined },
      { ask: 'shop/three', outcome: 'stranger', rule: undefined },
    ]);
    expect(gaps.map(({ message }) => message)).toEqual([
      'shop/one: no case is denied, so nothing shows that it is closed',
      'shop/one: no case is permitted by the first rule (`branch` is main, `environment` is production, `event` is push, workflow_dispatch or release)',
      'shop/two: no case is permitted',
      'shop/three: no case asks for it',
    ]);
  });

  it('is nothing where each rule permitted one case and another was denied', () => {
    const only = buildPolicies();
    const cases = [
      { ask: 'shop/preview', outcome: 'permit', rule: 0 },
      { ask: 'shop/preview', outcome: 'deny', rule: undefined },
    ] as const;
    expect(uncovered(only, cases)).toEqual([]);
  });

  it('says how a case can be permitted where the broker lacks something, and asks none of an observed one', () => {
    const denied = [{ ask: 'shop/preview', outcome: 'deny', rule: undefined }] as const;
    const approved = buildPolicies({ entitlement: { approval: { by: 'acme/security' } } }, { people: NOBODY_SIGNS_IN });
    expect(uncovered(approved, denied).map(({ message }) => message)).toEqual([
      'shop/preview: no case is permitted (`assuming: [approval]` tests the rules today)',
    ]);
    expect(uncovered(buildPolicies({ entitlement: { mode: 'observe' } }), denied)).toEqual([]);
  });
});
