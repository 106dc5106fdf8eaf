import { describe, expect, it } from 'vitest';
import { buildStaticSecret, type Yaml } from '../../../support/build-policy.ts';
import { diffLines, diffOfTerms } from '../../../support/diff-lines.ts';

const REVIEW = { review: { every: '90d', by: 'acme/security' } };
const DEPLOYMENT = { for: 'acme/platform', workflow: '.github/workflows/deploy.yml', ref: 'main' };
const deployment = (more: Yaml = {}): Yaml => ({ deployment: { ...DEPLOYMENT, ...more } });
const breakGlass = { 'break-glass': { for: 'acme/platform', notify: 'acme/security' } };
const approval = { approval: { by: 'acme/platform' } };
const NARROWER_SESSION = 'narrower: shop/preview `session` is left out, and was 1h';

describe('what an entitlement gives, and what it asks', () => {
  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [{ ttl: '10m' }, { ttl: '15m' }, ['wider: shop/preview `ttl` is 15m, and was 10m']],
    [{ ttl: '15m' }, { ttl: '10m' }, ['narrower: shop/preview `ttl` is 10m, and was 15m']],
    [{ 'max-per-job': 1 }, {}, ['wider: shop/preview `max-per-job` is 10, and was 1']],
    [{ mode: 'observe' }, {}, ['wider: shop/preview is not only observed any more: it is issued now']],
    [{}, { mode: 'observe' }, ['narrower: shop/preview is only observed now: nothing is issued']],
    [
      { expires: '2026-12-31' },
      { expires: '2027-01-31' },
      ['wider: shop/preview ends with 2027-01-31, and ended with 2026-12-31'],
    ],
    [{}, { expires: '2027-01-31' }, ['narrower: shop/preview ends with 2027-01-31, and ended on no day']],
    [{ expires: '2027-01-31' }, {}, ['wider: shop/preview ends on no day, and ended with 2027-01-31']],
    [
      {},
      { 'public-details': true },
      ['wider: shop/preview full reasons are told to jobs of public repositories, whose logs everybody reads'],
    ],
    [
      { 'public-details': true },
      {},
      ['narrower: shop/preview full reasons are not told to jobs of public repositories any more'],
    ],
    [
      { risk: 'high' },
      { risk: 'low' },
      ['wider: shop/preview `risk` is low, and was high: other guardrails hold for it'],
    ],
    [
      { risk: 'low' },
      { risk: 'high' },
      ['narrower: shop/preview `risk` is high, and was low: other guardrails hold for it'],
    ],
    [{}, { description: 'For previews.' }, ['neutral: shop/preview `description` is other words for people']],
    [{ title: 'One' }, { title: 'Another' }, ['neutral: shop/preview `title` is other words for people']],
    [
      {
        credential: { kind: 'jwt', audience: 'https://previews.example.com' },
      },
      { credential: { kind: 'jwt', audience: 'https://deploy.example.com' } },
      [
        'other: shop/preview `credential.audience` is "https://deploy.example.com", and was "https://previews.example.com"',
      ],
    ],
  ])('%j → %j', (before, now, said) => {
    expect(diffOfTerms(before, now)).toEqual(said);
  });

  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [{ session: '1h' }, { session: '2h' }, ['wider: shop/preview `session` is 2h, and was 1h']],
    [{ session: '1h', ...approval }, approval, [NARROWER_SESSION]],
    [{ session: '1h', ...breakGlass }, breakGlass, [NARROWER_SESSION]],
    [breakGlass, { session: '1h', ...breakGlass }, ['wider: shop/preview `session` is 1h, and was left out']],
    [
      {},
      { session: '1h' },
      ['other: shop/preview `session` is 1h, and was left out: `max-per-job` counts what is live'],
    ],
    [
      { session: '1h' },
      {},
      ['other: shop/preview `session` is left out, and was 1h: `max-per-job` counts all that a job had'],
    ],
  ])('renewal %j → %j', (before, now, said) => {
    expect(diffOfTerms(before, now)).toEqual(said);
  });

  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [{}, REVIEW, ['narrower: shop/preview `review` is every 90d now (no effect yet)']],
    [REVIEW, {}, ['wider: shop/preview has no `review` any more (it had no effect yet)']],
    [
      REVIEW,
      { review: { every: '180d', by: 'acme/security' } },
      ['wider: shop/preview `review` is every 180d, and was every 90d (no effect yet)'],
    ],
    [
      REVIEW,
      { review: { every: '90d', by: ['acme/platform'] } },
      ['other: shop/preview `review.by` gains acme/platform', 'other: shop/preview `review.by` loses acme/security'],
    ],
  ])('a review %j → %j', (before, now, said) => {
    expect(diffOfTerms(before, now)).toEqual(said);
  });

  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [{}, deployment(), ['wider: shop/preview has a `deployment` for acme/platform now (no effect yet)']],
    [deployment(), {}, ['narrower: shop/preview has no `deployment` any more (it had no effect yet)']],
    [
      deployment(),
      deployment({ for: 'acme/security' }),
      [
        'wider: shop/preview `deployment.for` gains acme/security',
        'narrower: shop/preview `deployment.for` loses acme/platform',
      ],
    ],
    [
      deployment(),
      deployment({ workflow: '.github/workflows/x.yml', ref: 'next', inputs: { version: { type: 'text' } } }),
      [
        'other: shop/preview `deployment.workflow` changed',
        'other: shop/preview `deployment.ref` changed',
        'other: shop/preview `deployment.inputs` changed',
      ],
    ],
  ])('a deployment %j → %j', (before, now, said) => {
    expect(diffOfTerms(before, now)).toEqual(said);
  });

  it('a value that never dies is wider than any that does', () => {
    const [never, ends] = [buildStaticSecret(), buildStaticSecret({ ttl: '15m' })];
    expect(diffLines(ends, never)).toEqual(['wider: shop/preview `ttl` is never, and was 15m']);
    expect(diffLines(never, ends)).toEqual(['narrower: shop/preview `ttl` is 15m, and was never']);
  });
});
