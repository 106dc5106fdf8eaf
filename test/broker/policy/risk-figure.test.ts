import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectSchema } from '../../../broker/policy/document.ts';
import { riskFigure } from '../../../broker/policy/risk-figure.ts';
import type { RiskFigure } from '../../../broker/risk.ts';
import { GUARDED } from '../../support/build-lint.ts';
import { buildEntitlement, buildProject, type Yaml } from '../../support/build-policy.ts';
import { kindOf } from '../../support/credential-samples.ts';
import { policyRules } from '../../support/policy-arbitraries.ts';

const REPOSITORIES = ['acme/shop', 'acme/web', 'other/x'].map((name, at) => ({
  name,
  id: `${2001 + at}`,
  issuer: 'github',
}));

function figureOf(entitlement: Yaml): RiskFigure {
  const project = projectSchema.parse(buildProject({ entitlements: { preview: buildEntitlement(entitlement) } }));
  const document = project.entitlements['preview'];
  if (document === undefined) throw new Error('the builder has one');
  const { kind, ...parameters } = document.credential;
  return riskFigure(document, { kind: kindOf(kind), parameters, repositories: REPOSITORIES });
}

const score = (entitlement: Yaml): number => figureOf(entitlement).score;

describe('the risk figure', () => {
  it('is the sum of its factors, the heaviest first, each with a sentence', () => {
    const { score: sum, level, factors } = figureOf({ ...GUARDED, allow: [{ branch: 'release/*', event: 'push' }] });
    expect([sum, level]).toEqual([67, 'high']);
    expect(factors.map(({ points, sentence }) => `${points} ${sentence}`)).toEqual([
      '40 The policy says that it is of high risk.',
      '5 What a JWT can do is up to the one party that it is made for.',
      '4 Once handed out, it cannot be taken back.',
      '4 The first rule names no environment.',
      '4 The first rule allows runners that other jobs have used.',
      '4 Nobody has to agree.',
      '3 The first rule allows every branch of a form.',
      '2 The first rule allows any workflow.',
      '1 The first rule allows 3 repositories.',
    ]);
  });

  it('is 100 at most, and far from it where all is as it should be', () => {
    const best = {
      risk: 'low',
      allow: [
        {
          branch: 'main',
          environment: 'e',
          runner: 'github-hosted',
          workflow: '.github/workflows/d.yml',
          repository: 'acme/shop',
        },
      ],
    };
    expect(score({ ...best, approval: { by: 'acme/security' }, expires: '2027-01-01' })).toBe(9);
    const secret = { kind: 'github-token', repositories: 'acme/shop', permissions: { secrets: 'admin' } };
    expect(
      score({ risk: 'high', credential: secret, ttl: 'never', allow: [{ environment: '**', event: 'issue_comment' }] }),
    ).toBe(99);
  });

  it.each<[what: string, wider: Yaml, narrower: Yaml]>([
    ['approval', {}, { approval: { by: 'acme/security' } }],
    [
      'approval by another',
      { approval: { by: 'acme/security', self: 'allowed' } },
      { approval: { by: 'acme/security' } },
    ],
    ['break-glass', {}, { 'break-glass': { for: 'acme/security', notify: 'acme/security' } }],
    ['an end', {}, { expires: '2027-01-01' }],
    ['low risk', { risk: 'high' }, {}],
  ])('is lower with %s', (_what, wider, narrower) => {
    expect(score(narrower)).toBeLessThan(score(wider));
  });

  it('is the same with a review, by which nobody is asked yet', () => {
    expect(score({ review: { every: '90d', by: 'acme/security' } })).toBe(score({}));
  });

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
