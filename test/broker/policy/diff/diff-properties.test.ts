// What must hold for every pair of policies: nothing that is decided otherwise goes unsaid, and nothing is said that is not so.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../broker/model.ts';
import { diffPolicies } from '../../../../broker/policy/diff/diff.ts';
import { type Difference, isWidening } from '../../../../broker/policy/diff/difference.ts';
import { evaluate } from '../../../../broker/policy/evaluate.ts';
import type { TextedSet } from '../../../../broker/policy/load-policy.ts';
import { ruleSchema } from '../../../../broker/policy/rule-document.ts';
import { ruleProblems } from '../../../../broker/policy/rule-problems.ts';
import { buildAsk, buildEntitlement, buildPolicies, NOW, type Yaml } from '../../../support/build-policy.ts';
import { policyRules, policySubjects } from '../../../support/policy-arbitraries.ts';

const RUNS = 40;
const HOUR = 3_600_000;
const terms: fc.Arbitrary<Yaml> = fc.record(
  {
    mode: fc.constant('observe'),
    expires: fc.constantFrom('2026-11-21', '2026-12-31'),
    approval: fc.constant({ by: 'acme/release-managers' }),
    ttl: fc.constantFrom('5m', '10m', '15m'),
  },
  { requiredKeys: [] },
);
const OTHER = { name: 'acme/api', id: '2002' };
const repositories = fc.constantFrom([{ name: 'acme/shop', id: '2001' }], [{ name: 'acme/shop', id: '2001' }, OTHER]);

const OWN = { name: 'acme/shop', id: '2001', issuer: 'github' };
/** Rules that the loader takes. */
const rules = fc.array(
  policyRules.filter((rule) => {
    const parsed = ruleSchema.safeParse(rule);
    return parsed.success && ruleProblems(parsed.data, [OWN]).length === 0;
  }),
  { minLength: 1, maxLength: 4 },
);

interface Parts {
  readonly allow: readonly Yaml[];
  readonly terms: Yaml;
  readonly repositories: readonly Yaml[];
}

const parts: fc.Arbitrary<Parts> = fc.record({ allow: rules, terms, repositories });
const policyOf = ({ allow, terms: more, repositories: listed }: Parts): TextedSet =>
  buildPolicies({ project: { repositories: listed, entitlements: { preview: buildEntitlement({ allow, ...more }) } } });

/** Two of their own, or two of which one is the other with its first rule exchanged: what is nearly the same is hard to tell apart. */
const pairs = fc
  .tuple(parts, parts, fc.boolean())
  .map(
    ([one, other, near]) =>
      [one, near ? { ...one, allow: [...other.allow.slice(0, 1), ...one.allow.slice(1)] } : other] as const,
  )
  .map(([one, other]) => [policyOf(one), policyOf(other)] as const);

const moments = fc.integer({ min: 0, max: 7 * 24 }).map((hours) => NOW + hours * HOUR);
const jobs = fc
  .tuple(policySubjects, fc.constantFrom('2001', '2002'))
  .map(([subject, repositoryId]): Subject => ({ ...subject, repositoryId }));

const isPermitted = (set: TextedSet, subject: Subject, now: number): boolean =>
  ['permit', 'approval'].includes(evaluate(set, subject, buildAsk({ now })).outcome);
const isNarrowing = ({ direction }: Difference): boolean =>
  ['loses', 'narrower', 'may-differ', 'other'].includes(direction);

describe('a diff', () => {
  it('mentions every entitlement that any job gains or loses', () => {
    fc.assert(
      fc.property(pairs, fc.array(fc.tuple(jobs, moments), { minLength: 20, maxLength: 20 }), ([old, now], asks) => {
        const differences = diffPolicies(old, now).filter(({ of }) => of === 'shop/preview');
        for (const [subject, at] of asks) {
          const [before, after] = [old, now].map((set) => isPermitted(set, subject, at));
          if (before === after) continue;
          expect(differences.filter(after === true ? isWidening : isNarrowing)).not.toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('names only jobs that are decided differently, in the direction that it says', () => {
    fc.assert(
      fc.property(pairs, ([old, now]) => {
        for (const { direction, witness } of diffPolicies(old, now)) {
          if (witness === undefined) continue;
          const { subject, now: at } = witness;
          const [from, to] = direction === 'gains' ? [old, now] : [now, old];
          expect(holdsIn(from, subject, at)).toBe(false);
          expect(holdsIn(to, subject, at)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('of a policy with itself says nothing, nor of one whose rules only changed places', () => {
    fc.assert(
      fc.property(rules, (allow) => {
        const [one, other] = [allow, allow.toReversed()].map((turned) =>
          buildPolicies({ entitlement: { allow: turned } }),
        );
        if (one !== undefined && other !== undefined) expect(diffPolicies(one, other)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Whether a rule holds, whatever stands against the entitlement: then no reason is one of a condition. */
function holdsIn(set: TextedSet, subject: Subject, now: number): boolean {
  const decision = evaluate(set, subject, buildAsk({ now }));
  if (decision.outcome !== 'deny') return decision.outcome !== 'stranger';
  return (
    decision.entitlement !== undefined &&
    decision.reasons.every(({ rule, condition }) => rule === undefined && condition !== 'approval')
  );
}
