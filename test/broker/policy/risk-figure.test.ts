import { describe, expect, it } from 'vitest';
import { GUARDED } from '../../support/build-lint.ts';
import type { Yaml } from '../../support/build-policy.ts';
import { figureOf, score } from '../../support/build-risk-figure.ts';

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
});
