// What an entitlement promises, held against what its kind of credential can keep; the keys one by one are in document.test.ts.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import {
  buildAsk,
  buildPolicies,
  buildStaticSecret,
  errorsOf,
  type PolicyParts,
  type Yaml,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const ROLE = 'arn:aws:iam::111122223333:role/shop-deploy';
/** An entitlement of a kind that lives 15 minutes to 12 hours, offered. */
const ofRole = (entitlement: Yaml): PolicyParts => ({
  organization: { projects: { shop: { owner: 'acme/platform', 'may-offer': [{ kind: 'aws-role', roles: [ROLE] }] } } },
  entitlement: { credential: { kind: 'aws-role', role: ROLE, region: 'eu-west-1' }, ...entitlement },
});
const errors = (parts: PolicyParts): readonly string[] =>
  errorsOf(parts).map((line) => line.replace('shop.yaml entitlements.preview.', ''));

describe('the ttl of an entitlement', () => {
  it.each(['15m', '1h', '12h'])('may be %s where a credential lives 15 minutes to 12 hours', (ttl) => {
    expect(errors(ofRole({ ttl }))).toEqual([]);
  });

  it.each([
    [
      '14m',
      'ttl: 14m is shorter than a `aws-role` credential can be made to live, and it could not be taken back: write 15m at least',
    ],
    ['13h', 'ttl: 13h is longer than a `aws-role` credential can live: write 12h at most'],
  ])('may not be %s there', (ttl, error) => {
    expect(errors(ofRole({ ttl }))).toEqual([error]);
  });

  it('bounds what a job may ask for, with the shortest that the kind can keep', () => {
    const policies = buildPolicies(ofRole({ ttl: '1h' }), { kinds: credentialKinds(['aws-role']) });
    const decided = (ttl: number) => evaluate(policies, buildSubject(), buildAsk({ ttl }));
    expect(decided(900)).toMatchObject({ outcome: 'permit', ttl: 900 });
    expect(decided(899)).toMatchObject({
      reasons: [{ code: 'TTL_TOO_SHORT', expected: 'at least 900s', got: '899s' }],
    });
  });
});

describe('the session of an entitlement', () => {
  it('may be as long as one credential, and not shorter', () => {
    expect(errors({ entitlement: { session: '10m' } })).toEqual([]);
    expect(errors({ entitlement: { session: '9m' } })).toEqual([
      'session: 9m is shorter than the `ttl` of 10m: renewing ends before it starts',
    ]);
  });

  it('is nothing for a value that never dies', () => {
    expect(errors(buildStaticSecret({ session: '2h' }))).toEqual([
      'session: a value that never dies is never renewed: leave `session` out',
    ]);
  });
});

describe('an entitlement of an unknown kind', () => {
  it.each(['1m', '300d', 'never'])('says nothing of lifetimes, which nobody knows (ttl %s)', (ttl) => {
    const organization = { guardrails: { 'allow-static': ['shop/preview'] } };
    expect(errors({ organization, entitlement: { credential: { kind: 'password' }, ttl } })).toEqual([
      expect.stringContaining('credential.kind: "password" is not a kind of credential'),
    ]);
  });
});

describe('teams that nobody knows', () => {
  it('are each an error where they stand', () => {
    const parts = { entitlement: { 'break-glass': { for: ['acme/nobody', 'acme/security'], notify: 'acme/none' } } };
    expect(errors(parts)).toEqual([
      expect.stringMatching(/^break-glass\.for: the team "acme\/nobody" is not among the teams/),
      expect.stringMatching(/^break-glass\.notify: the team "acme\/none" is not among the teams/),
    ]);
  });
});

describe('what an entitlement gives', () => {
  it('is in words, and of a length that an answer can carry', () => {
    const only = (parts: PolicyParts): string | undefined =>
      buildPolicies(parts).projects.get('shop')?.entitlements.get('preview')?.gives;
    expect(only({})).toBe('a JWT for https://previews.example.com');
    const names = Array.from({ length: 100 }, (_, at) => `acme/repository-${at}`);
    const repositories = names.map((name, at) => ({ name, id: `${2001 + at}` }));
    const credential = { kind: 'github-token', repositories: names, permissions: { contents: 'read' } };
    const entitlements = {
      preview: { risk: 'low', credential, ttl: '15m', allow: [{ branch: 'main', repository: 'acme/repository-1' }] },
    };
    const organization = { projects: { shop: { owner: 'acme/platform', repositories } } };
    expect(only({ project: { repositories, entitlements }, organization })).toHaveLength(1_025);
  });
});
