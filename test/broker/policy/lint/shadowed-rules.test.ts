import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Project, Subject } from '../../../../broker/model.ts';
import { compileRule } from '../../../../broker/policy/conditions.ts';
import { evaluate } from '../../../../broker/policy/evaluate.ts';
import { implies, newBudget } from '../../../../broker/policy/lint/shadowed-rules.ts';
import { CONDITION_KEYS, type RuleDocument, ruleSchema } from '../../../../broker/policy/rule-document.ts';
import { createSharing } from '../../../../broker/policy/sharing.ts';
import { lint, OFFERED } from '../../../support/build-lint.ts';
import { buildAsk, buildPolicies, type Yaml } from '../../../support/build-policy.ts';
import { policyRules, policySubjects } from '../../../support/policy-arbitraries.ts';

/** Rules that are said to be shadowed, and by which. */
function shadowed(allow: readonly Yaml[]): readonly string[] {
  return lint({ organization: OFFERED, entitlement: { allow } })
    .filter(({ code }) => code === 'LINT_RULE_SHADOWED')
    .map(({ message }) => /rule (\d+) allows, rule (\d+)/.exec(message)?.slice(1).join(' by ') ?? message);
}

describe('a rule', () => {
  it.each<[what: string, allow: readonly Yaml[], said: readonly string[]]>([
    ['narrower by one condition', [{ branch: 'main' }, { branch: 'main', environment: 'x' }], ['1 by 0']],
    ['narrower and earlier', [{ branch: 'main', environment: 'x' }, { branch: 'main' }], ['0 by 1']],
    ['written twice', [{ branch: 'main' }, { branch: 'main' }], ['1 by 0']],
    ['within a pattern', [{ branch: '**' }, { branch: ['main', 'release/*'] }], ['1 by 0']],
    ['of another pattern', [{ branch: 'release/*' }, { branch: 'release/**' }], ['0 by 1']],
    [
      'of other events',
      [
        { branch: 'main', event: 'push' },
        { branch: 'main', event: 'schedule' },
      ],
      [],
    ],
    ['of fewer events', [{ branch: 'main' }, { branch: 'main', event: 'push' }], ['1 by 0']],
    [
      'of more events',
      [
        { branch: 'main', event: 'push' },
        { branch: 'main', event: ['push', 'schedule'] },
      ],
      ['0 by 1'],
    ],
    [
      'of another time',
      [
        { branch: 'main', time: { zone: 'UTC', days: 'mon' } },
        { branch: 'main', time: { zone: 'UTC', days: 'tue' } },
      ],
      [],
    ],
    [
      'with another claim',
      [
        { branch: 'main', claims: { tier: '1' } },
        { branch: 'main', claims: { ring: '1' } },
      ],
      [],
    ],
    ['for every repository there is', [{ branch: 'main', repository: 'acme/*' }, { branch: 'main' }], ['1 by 0']],
    [
      'of an environment in other letters',
      [{ environment: 'Prod' }, { environment: 'pROD', branch: 'main' }],
      ['1 by 0'],
    ],
    ['of a branch in other letters', [{ branch: 'Main' }, { branch: 'main' }], []],
  ])('%s', (_what, allow, said) => {
    expect(shadowed(allow)).toEqual(said);
  });

  it('said to be shadowed allows no job that the other refuses', () => {
    let met = 0;
    fc.assert(
      fc.property(fewConditions, fewConditions, manySubjects, (wide, more, subjects) => {
        const narrow = { ...more, ...wide };
        for (const [one, other] of [
          [narrow, wide],
          [more, wide],
          [wide, more],
        ].map(parsed)) {
          if (one === undefined || other === undefined || !implies(one, other, whole())) continue;
          const permitted = subjects.filter(permitting(one));
          met += permitted.length;
          expect(permitted.filter((subject) => !permitting(other)(subject))).toEqual([]);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(met).toBeGreaterThan(500);
  });

  it('is passed over where comparing would take too long', () => {
    const [narrow, wide] = [{ branch: ['a1', 'a2', 'a3'] }, { branch: ['a*'] }];
    expect(implies(narrow, wide, { ...whole(), budget: { left: 3 } })).toBe(true);
    expect(implies(narrow, wide, { ...whole(), budget: { left: 2 } })).toBe(false);
  });
});

const whole = () => ({ repositories: buildRepositories(), budget: newBudget() });
const buildRepositories = (): Project['repositories'] => [{ name: 'acme/shop', id: '2001', issuer: 'github' }];

const POLICIES = buildPolicies();

/** Whether the broker would permit a job under this one rule. */
function permitting(document: RuleDocument): (subject: Subject) => boolean {
  const rules = [compileRule(0, document, { repositories: buildRepositories(), share: createSharing() })];
  const [project] = POLICIES.projects.values();
  const [entitlement] = project?.entitlements.values() ?? [];
  if (project === undefined || entitlement === undefined) throw new Error('the builders have both');
  const changed = { ...project, entitlements: new Map([['preview', { ...entitlement, rules }]]) };
  const policies = { ...POLICIES, projects: new Map([['shop', changed]]) };
  return (subject) => evaluate(policies, subject, buildAsk()).outcome === 'permit';
}

const parsed = (pair: readonly Yaml[]): readonly RuleDocument[] => pair.map((rule) => ruleSchema.parse(rule));

/** A rule of every condition that there is is met by nobody. */
const fewConditions: fc.Arbitrary<Yaml> = fc
  .tuple(policyRules, fc.subarray([...CONDITION_KEYS], { minLength: 2, maxLength: 5 }))
  .map(([rule, keys]) => Object.fromEntries(Object.entries(rule).filter(([key]) => keys.some((one) => one === key))))
  .filter((rule) => Object.keys(rule).length > 0);
const manySubjects = fc.array(policySubjects, { minLength: 30, maxLength: 30 });
