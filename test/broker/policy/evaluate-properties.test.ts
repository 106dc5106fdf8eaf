// What must hold for every rule and every job, not only for those that somebody thought of.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { explain } from '../../../broker/policy/explain.ts';
import { buildAsk, buildEntitlement, buildPolicies, load, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const COMMIT = 'a'.repeat(40);
const TEMPLATE = 'acme/t/.github/workflows/d.yml';
const EVENTS = [
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
const conditions: fc.Arbitrary<Yaml> = fc.tuple(ofRef, others).map(([ref, rest]) => ({ ...ref, ...rest }));

const subjects: fc.Arbitrary<Subject> = fc
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

/** Undefined where the loader refuses the rules. */
function outcomeUnder(allow: readonly Yaml[], subject: Subject): string | undefined {
  const result = load({ entitlement: { allow } });
  return result.ok ? evaluate(result.policies, subject, buildAsk()).outcome : undefined;
}

describe('deciding', () => {
  it('one more condition in a rule never turns a denial into a permit', () => {
    fc.assert(
      fc.property(conditions, conditions, subjects, (rule, more, subject) => {
        const narrower: Yaml = { ...more, ...rule };
        // Naming an event where none was named replaces the default; everything else can only add.
        fc.pre('event' in rule || !('event' in more));
        fc.pre('pull-request' in rule || !('pull-request' in more) || 'event' in rule);
        if (outcomeUnder([rule], subject) === 'deny') expect(outcomeUnder([narrower], subject)).not.toBe('permit');
      }),
      { numRuns: 400 },
    );
  });

  it('one rule less never turns a denial into a permit', () => {
    fc.assert(
      fc.property(fc.array(conditions, { minLength: 2, maxLength: 4 }), subjects, (rules, subject) => {
        if (outcomeUnder(rules, subject) === 'deny') expect(outcomeUnder(rules.slice(1), subject)).not.toBe('permit');
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same answer twice, and an explanation that agrees with it', () => {
    fc.assert(
      fc.property(conditions, subjects, (rule, subject) => {
        const result = load({ entitlement: { allow: [rule] } });
        fc.pre(result.ok);
        if (!result.ok) return;
        const decision = evaluate(result.policies, subject, buildAsk());
        expect(evaluate(result.policies, subject, buildAsk())).toEqual(decision);
        const { decision: told, reasons, summary } = explain(decision);
        expect(told === 'permit').toBe(decision.outcome === 'permit');
        expect(reasons.length > 0).toBe(told === 'deny');
        expect(summary).not.toBe('');
      }),
      { numRuns: 200 },
    );
  });

  it('another repository or another issuer is always a stranger', () => {
    const policies = buildPolicies({
      project: { entitlements: { preview: buildEntitlement({ allow: [{ ref: '**', event: EVENTS }] }) } },
    });
    const ids = fc.string().filter((id) => id !== '2001');
    fc.assert(
      fc.property(subjects, ids, fc.boolean(), (subject, other, isIssuer) => {
        const stranger = { ...subject, ...(isIssuer ? { issuer: other } : { repositoryId: other }) };
        expect(evaluate(policies, stranger, buildAsk())).toEqual({ outcome: 'stranger' });
      }),
    );
  });
});
