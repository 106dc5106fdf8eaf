// What the comparison rests on: that it knows every condition, and that what it finds is decided so.
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../broker/model.ts';
import type { Side } from '../../../../broker/policy/diff/attribute.ts';
import { diffPolicies } from '../../../../broker/policy/diff/diff.ts';
import { compareRules } from '../../../../broker/policy/diff/rule-diff.ts';
import { entitlementOf, versionOf } from '../../../../broker/policy/diff/versions.ts';
import { evaluate } from '../../../../broker/policy/evaluate.ts';
import { CONDITION_KEYS } from '../../../../broker/policy/rule-document.ts';
import {
  buildAsk,
  buildEntitlement,
  buildPolicies,
  type PolicyParts,
  type Yaml,
} from '../../../support/build-policy.ts';
import { diffLines } from '../../../support/diff-lines.ts';

describe('a condition', () => {
  const VALUES: Yaml = {
    ...{
      repository: 'acme/shop',
      branch: 'release/1',
      tag: 'v1',
      ref: 'refs/tags/v1',
      'pull-request': { into: 'main' },
    },
    ...{
      environment: 'production',
      event: 'push',
      workflow: '.github/workflows/a.yml',
      actor: '6',
      claims: { a: '1' },
    },
    ...{ 'called-workflow': 'acme/ci/.github/workflows/a.yml@refs/heads/x', requester: 'acme/security' },
    ...{ runner: 'self-hosted', visibility: 'public', 'protected-ref': true, 'protected-environment': true },
    time: { zone: 'UTC', days: 'mon' },
  };
  const repositories = ['acme/shop', 'acme/api'].map((name, at) => ({ name, id: `${2001 + at}` }));
  const of = (rule: Yaml): PolicyParts => ({
    project: { repositories, entitlements: { preview: buildEntitlement({ allow: [rule] }) } },
  });

  it.each(CONDITION_KEYS)('is not passed over: a rule that asks for `%s` too allows less', (key) => {
    const any = { ref: ['refs/heads/release/*', 'refs/tags/v*'], environment: '**', actor: ['5', '6'] };
    const { ref: _ref, ...withoutRef } = any;
    const rule = key === 'pull-request' ? withoutRef : any;
    const [said] = diffLines(of(rule), of({ ...rule, [key]: VALUES[key] })).filter((line) => !/^gains/.test(line));
    expect(said).toMatch(/^(loses|may-differ): /);
  });
});

describe('a job that is found', () => {
  const NEVER: Condition = {
    ...{ key: 'moon', expected: 'full', remedy: '', code: 'POLICY_NO_MATCH', got: () => undefined },
    holds: () => false,
  };
  const withMore = (side: Side, ...conditions: Condition[]): Side => {
    const rules = side.entitlement.rules.map((rule) => ({ ...rule, conditions: [...rule.conditions, ...conditions] }));
    return { ...side, entitlement: { ...side.entitlement, rules } };
  };

  it('may ask where people must agree', () => {
    const approval = { by: 'acme/security' };
    const [before, now] = ['x', 'main'].map((branch) =>
      buildPolicies({ entitlement: { allow: [{ branch }], approval } }),
    );
    if (before === undefined || now === undefined) throw new Error('there are two');
    const [gains] = diffPolicies(before, now);
    const { subject, now: at = 0 } = gains?.witness ?? {};
    expect(subject && evaluate(now, subject, buildAsk({ now: at })).outcome).toBe('approval');
    expect(subject && evaluate(before, subject, buildAsk({ now: at })).outcome).toBe('deny');
  });

  it('is named only if it is decided so, and else the rule is said to be undecided', () => {
    const side = entitlementOf(versionOf(buildPolicies()), 'shop', 'preview');
    if (side === undefined) throw new Error('the builder has one');
    const nothing = { allowed: [], undecided: [] };
    expect(compareRules(undefined, withMore(side, NEVER)).gained).toEqual({ allowed: [], undecided: [0] });
    expect(compareRules(withMore(side, NEVER), undefined).lost).toEqual({ allowed: [], undecided: [0] });
    expect(compareRules(side, side)).toEqual({ gained: nothing, lost: nothing });
    const { gained } = compareRules(undefined, side);
    expect(gained).toMatchObject({ allowed: [{ rule: 0 }], undecided: [] });
  });
});
