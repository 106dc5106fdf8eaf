// What must hold for every rule and every job, not only for those that somebody thought of.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { explain } from '../../../broker/policy/explain.ts';
import { buildAsk, buildEntitlement, buildPolicies, load, type Yaml } from '../../support/build-policy.ts';
import { EVENTS, policyRules, policySubjects } from '../../support/policy-arbitraries.ts';

/** Undefined where the loader refuses the rules. */
function outcomeUnder(allow: readonly Yaml[], subject: Subject): string | undefined {
  const result = load({ entitlement: { allow } });
  return result.ok ? evaluate(result.policies, subject, buildAsk()).outcome : undefined;
}

describe('deciding', () => {
  it('one more condition in a rule never turns a denial into a permit', () => {
    fc.assert(
      fc.property(policyRules, policyRules, policySubjects, (rule, more, subject) => {
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
      fc.property(fc.array(policyRules, { minLength: 2, maxLength: 4 }), policySubjects, (rules, subject) => {
        if (outcomeUnder(rules, subject) === 'deny') expect(outcomeUnder(rules.slice(1), subject)).not.toBe('permit');
      }),
      { numRuns: 200 },
    );
  });

  it('a guardrail more never turns a denial into a permit', () => {
    const guardrails = fc.record<Yaml>(
      {
        'longest-ttl': fc.record({ low: fc.constantFrom('5m', '1h') }),
        require: fc.array(
          fc.record<Yaml>(
            {
              needs: fc.subarray(['environment', 'approval', 'runner: github-hosted'], { minLength: 1 }),
              environment: fc.constantFrom('production', 'preview-*'),
            },
            { requiredKeys: ['needs'] },
          ),
          { maxLength: 2 },
        ),
        never: fc.record({ events: fc.subarray(EVENTS), runners: fc.constantFrom([], ['self-hosted']) }),
        freeze: fc.constant([{ from: '2026-11-01T00:00', to: '2026-12-01T00:00', zone: 'UTC', reason: 'Stop' }]),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(policyRules, guardrails, policySubjects, (rule, limits, subject) => {
        const [without, within] = [{}, { guardrails: limits }].map((organization) => {
          const result = load({ entitlement: { allow: [rule] }, organization });
          return result.ok ? evaluate(result.policies, subject, buildAsk()).outcome : 'not loaded';
        });
        if (without !== 'permit') expect(within).not.toBe('permit');
      }),
      { numRuns: 50 },
    );
  });

  it('an offer less never turns a denial into a permit: it permits the same, or does not load', () => {
    const offer = (audience: string): Yaml => ({ kind: 'jwt', audiences: [audience] });
    const all = ['https://previews.example.com', 'https://deploy.example.com'];
    const offering = (audiences: readonly string[]): Yaml => ({
      projects: { shop: { owner: 'acme/platform', 'may-offer': audiences.map(offer) } },
    });
    fc.assert(
      fc.property(
        policyRules,
        fc.subarray(all),
        fc.constantFrom(...all),
        policySubjects,
        (...[rule, kept, audience, subject]) => {
          const entitlement = { allow: [rule], credential: { kind: 'jwt', audience } };
          const [before, after] = [all, kept].map((audiences) =>
            load({ entitlement, organization: offering(audiences) }),
          );
          expect(after?.ok).toBe(before?.ok === true && kept.includes(audience));
          if (before?.ok === true && after?.ok === true)
            expect(explain(evaluate(after.policies, subject, buildAsk()))).toEqual(
              explain(evaluate(before.policies, subject, buildAsk())),
            );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives the same answer twice, and an explanation that agrees with it', () => {
    fc.assert(
      fc.property(policyRules, policySubjects, (rule, subject) => {
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
      { numRuns: 100 },
    );
  });

  it('another repository or another issuer is always a stranger', () => {
    const policies = buildPolicies({
      project: { entitlements: { preview: buildEntitlement({ allow: [{ ref: '**', event: EVENTS }] }) } },
    });
    const ids = fc.string().filter((id) => id !== '2001');
    fc.assert(
      fc.property(policySubjects, ids, fc.boolean(), (subject, other, isIssuer) => {
        const stranger = { ...subject, ...(isIssuer ? { issuer: other } : { repositoryId: other }) };
        expect(evaluate(policies, stranger, buildAsk())).toEqual({ outcome: 'stranger' });
      }),
    );
  });
});
