import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../support/build-risk-figure.ts';
import { policyRules } from '../../support/policy-arbitraries.ts';

describe('the risk figure', () => {
  it('is never raised by one more condition', () => {
    fc.assert(
      fc.property(policyRules, policyRules, fc.array(policyRules, { maxLength: 2 }), (rule, more, others) => {
        // These two replace the events that are meant where none is named; everything else can only narrow.
        const { event: _event, 'pull-request': _pull, ...adding } = more;
        expect(score({ allow: [{ ...adding, ...rule }, ...others] })).toBeLessThanOrEqual(
          score({ allow: [rule, ...others] }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is never lowered by one more rule, or a longer life', () => {
    const ttls = ['1m', '10m', '15m', '16m', '1h', '2h', '8h', '12h', '1d', 'never'];
    const places = fc.nat({ max: ttls.length - 1 });
    fc.assert(
      fc.property(
        fc.array(policyRules, { minLength: 1, maxLength: 3 }),
        policyRules,
        places,
        places,
        (allow, ...[more, a, b]) => {
          expect(score({ allow: [...allow, more] })).toBeGreaterThanOrEqual(score({ allow }));
          const [shorter, longer] = [ttls[Math.min(a, b)], ttls[Math.max(a, b)]];
          expect(score({ allow, ttl: longer })).toBeGreaterThanOrEqual(score({ allow, ttl: shorter }));
        },
      ),
      { numRuns: 300 },
    );
  });
});
