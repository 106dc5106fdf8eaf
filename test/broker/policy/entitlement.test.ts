// What an entitlement promises, held against what its kind of credential can keep; the keys one by one are in document.test.ts.
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import {
  buildAsk,
  buildEntitlement,
  buildPolicies,
  buildStaticSecret,
  decide,
  errorsOf,
  outcomeOf,
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
    const breakGlass = { for: ['acme/nobody', 'acme/security'], notify: 'acme/none' };
    const allow = [{ branch: 'main' }, { requester: 'acme/no-one' }];
    expect(errors({ entitlement: { allow, 'break-glass': breakGlass } })).toEqual([
      expect.stringMatching(/^allow\[1\]\.requester: the team "acme\/no-one" is not among the teams/),
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

describe('what people must agree to', () => {
  const termsOf = (entitlement: Yaml): Extract<Decision, { outcome: 'approval' }>['terms'] => {
    const decision = decide(entitlement, buildSubject());
    if (decision.outcome !== 'approval') throw new Error(`must need approval, and is: ${outcomeOf(decision)}`);
    return decision.terms;
  };
  const DIGEST = { entitlementDigest: expect.stringMatching(/^[0-9a-f]{64}$/) };
  const BREAK_GLASS = { for: ['acme/security'], notify: ['acme/platform'], incident: 86_400 };
  const breakGlass = { 'break-glass': { for: 'acme/security', notify: 'acme/platform' } };

  it('is what the policy says', () => {
    const approval = { by: ['acme/security', 'acme/platform'], count: 2, within: '2h', self: 'allowed' };
    expect(termsOf({ approval: { ...approval, covers: 'plan', issuances: 3 }, ...breakGlass })).toEqual({
      ...{ by: ['acme/security', 'acme/platform'], count: 2, within: 7_200, self: true, covers: 'plan', issuances: 3 },
      apartFrom: [],
      ...{ ...DIGEST, breakGlass: BREAK_GLASS },
    });
  });

  it('is one yes of somebody else, for one credential of one job, where it says no more', () => {
    expect(termsOf({ approval: { by: 'acme/security' } })).toEqual({
      ...{ by: ['acme/security'], count: 1, within: 1_800, self: false, covers: 'job', issuances: 1 },
      apartFrom: [],
      ...{ ...DIGEST, breakGlass: undefined },
    });
  });

  it('is for nobody to approve where it can only be invoked', () => {
    expect(termsOf(breakGlass)).toEqual({
      ...{ by: [], count: 1, within: 1_800, self: false, covers: 'job', issuances: 1 },
      apartFrom: [],
      ...{ ...DIGEST, breakGlass: BREAK_GLASS },
    });
  });

  it('is of the entitlement as it is written: a change of any key of it is another', () => {
    const approval = { by: 'acme/security' };
    const digestOf = (entitlement: Yaml): string => termsOf({ approval, ...entitlement }).entitlementDigest;
    const changes: Yaml[] = [
      {},
      { title: 'Another' },
      { ttl: '9m' },
      { allow: [{ branch: ['main', 'x'] }] },
      { credential: { kind: 'jwt', audience: 'https://deploy.example.com' } },
      { approval: { by: 'acme/security', count: 2 } },
      breakGlass,
    ];
    expect(new Set(changes.map(digestOf)).size).toBe(changes.length);
    expect(digestOf({ approval: { by: ['acme/security'], within: '30m' } })).toBe(digestOf({}));
  });

  it.each([
    [
      'commit-author',
      'approval by somebody else than who wrote the commit, and who that is cannot be found out: no GitHub App is configured here (`github` in the configuration, see docs/operations.md).',
    ],
    [
      'policy-author',
      'approval by somebody else than who wrote the policy, and who that is cannot be found out: no GitHub App is configured here (`github` in the configuration, see docs/operations.md).',
    ],
  ])('is refused where nobody can tell whether they are the %s', (who, words) => {
    const approval = { by: 'acme/security', 'apart-from': ['requester', who] };
    const message = `shop/preview needs ${words}`;
    expect(decide({ approval }, buildSubject())).toMatchObject({ reasons: [{ code: 'FACT_UNAVAILABLE', message }] });
  });
});

describe('the terms of an entitlement', () => {
  it('are all that it asks beside its rules, each in words', () => {
    const deployment = { for: ['acme/security', 'acme/platform'], workflow: '.github/workflows/d.yml', ref: 'main' };
    const policies = buildPolicies({
      entitlement: {
        approval: { by: 'acme/security' },
        'break-glass': { for: ['acme/security', 'acme/platform'], notify: 'acme/release-managers' },
        review: { every: '90d', by: ['acme/security', 'acme/platform'] },
        deployment,
        session: '2h',
      },
    });
    expect(policies.projects.get('shop')?.entitlements.get('preview')?.terms).toEqual([
      'approval by 1 of acme/security within 30m',
      'break-glass for acme/security or acme/platform, telling acme/release-managers',
      expect.stringContaining('a review every 90d by acme/security or acme/platform'),
      expect.stringContaining('deployment of main by acme/security or acme/platform with .github/workflows/d.yml'),
      'renewal up to 2h',
    ]);
    expect(buildPolicies().projects.get('shop')?.entitlements.get('preview')?.terms).toEqual([]);
  });
});

describe('what entitlements of one project have in common', () => {
  const offers = [
    { kind: 'jwt', audiences: ['https://a.example.com', 'https://b.example.com'] },
    { kind: 'vault-secret', upstreams: ['vault-prod'], roles: ['shop'], paths: ['kv/data/shop'] },
  ];
  const secret = {
    kind: 'vault-secret',
    upstream: 'vault-prod',
    role: 'shop',
    path: 'kv/data/shop',
    values: { k: 'k' },
  };
  const audience = (name: string) => ({ kind: 'jwt', audience: `https://${name}.example.com` });
  const compiled = () => {
    const entitlements = {
      one: buildEntitlement({ credential: audience('a') }),
      other: buildEntitlement({ credential: audience('b'), risk: 'high' }),
      same: buildEntitlement({ credential: audience('a') }),
      static: buildEntitlement({ credential: secret, ttl: 'never' }),
      dynamic: buildEntitlement({ credential: secret }),
    };
    const guardrails = { 'allow-static': ['shop/static'] };
    const projects = { shop: { owner: 'acme/platform', 'may-offer': offers } };
    const policies = buildPolicies({ project: { entitlements }, organization: { projects, guardrails } });
    return (name: string) => policies.projects.get('shop')?.entitlements.get(name);
  };

  it('is what is equal, and nothing else', () => {
    const of = compiled();
    expect(of('same')?.credential).toBe(of('one')?.credential);
    expect(of('one')?.credential.parameters).toMatchObject({ audience: 'https://a.example.com' });
    expect(of('other')?.credential.parameters).toMatchObject({ audience: 'https://b.example.com' });
    expect([of('one')?.gives, of('other')?.gives]).toEqual([
      'a JWT for https://a.example.com',
      'a JWT for https://b.example.com',
    ]);
    expect(of('other')?.figure.score).toBeGreaterThan(of('one')?.figure.score ?? 100);
  });

  it('is not how they end: a value that never dies is never revoked, whatever its kind can do', () => {
    const of = compiled();
    expect(['one', 'dynamic', 'static'].map((name) => of(name)?.revocation)).toEqual([
      'at-expiry',
      'immediate',
      'none',
    ]);
  });
});
