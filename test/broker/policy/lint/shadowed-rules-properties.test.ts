import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Project, Subject } from '../../../../broker/model.ts';
import { compileRule } from '../../../../broker/policy/conditions.ts';
import { evaluate } from '../../../../broker/policy/evaluate.ts';
import { implies, meaningOf, newBudget } from '../../../../broker/policy/lint/shadowed-rules.ts';
import { CONDITION_KEYS, type RuleDocument, ruleSchema } from '../../../../broker/policy/rule-document.ts';
import { createSharing } from '../../../../broker/policy/sharing.ts';
import { buildAsk, buildPolicies, type Yaml } from '../../../support/build-policy.ts';
import { policyRules, policySubjects } from '../../../support/policy-arbitraries.ts';

describe('a rule', () => {
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
          if (one === undefined || other === undefined || !implies(meant(one), meant(other), newBudget())) continue;
          const permitted = subjects.filter(permitting(one));
          met += permitted.length;
          expect(permitted.filter((subject) => !permitting(other)(subject))).toEqual([]);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(met).toBeGreaterThan(500);
  });
});

const REPOSITORIES: Project['repositories'] = [{ name: 'acme/shop', id: '2001', issuer: 'github' }];
const meant = (rule: RuleDocument) => meaningOf(rule, REPOSITORIES);

const POLICIES = buildPolicies();

/** Whether the broker would permit a job under this one rule. */
function permitting(document: RuleDocument): (subject: Subject) => boolean {
  const rules = [compileRule(0, document, { repositories: REPOSITORIES, share: createSharing() })];
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
