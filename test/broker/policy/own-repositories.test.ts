// Whose repository it is, the project's own file says; that alone lets nobody reach the repository of another (docs/decisions/0022).
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import {
  buildAsk,
  buildEntitlement,
  buildPolicies,
  errorsOf,
  outcomeOf,
  type PolicyParts,
  warningsOf,
  type Yaml,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const SHOP = { name: 'acme/shop', id: '2001' };
const FOREIGN = { name: 'acme/payments', id: '9999' };

/** A project that calls both repositories its own, with tokens for some of them. */
const parts = (
  names: readonly string[],
  { permissions = { contents: 'write' } as Yaml, vouched = [] as Yaml[] } = {},
): PolicyParts => ({
  project: {
    repositories: [SHOP, FOREIGN],
    entitlements: {
      preview: buildEntitlement({ credential: { kind: 'github-token', repositories: names, permissions } }),
    },
  },
  organization: { projects: { shop: { owner: 'acme/platform', repositories: vouched } } },
});

const BUILT = { kinds: credentialKinds(['github-token']) };
const jobOf = ({ name, id }: typeof SHOP) => buildSubject({ repository: name, repositoryId: id });
const outcome = (of: PolicyParts, repository: typeof SHOP): string =>
  outcomeOf(evaluate(buildPolicies(of, BUILT), jobOf(repository), buildAsk()));

describe('a repository that the project’s own file alone calls its own', () => {
  it('is reached by its own jobs, and by no others of the project', () => {
    const of = parts(['acme/payments']);
    expect([outcome(of, FOREIGN), outcome(of, SHOP)]).toEqual(['permit', 'POLICY_NO_MATCH']);
  });

  it('tells the others whose word is missing', () => {
    const decision = evaluate(buildPolicies(parts(['acme/payments']), BUILT), jobOf(SHOP), buildAsk());
    expect(decision).toMatchObject({
      reasons: [{ condition: 'repository', expected: 'acme/payments', got: 'acme/shop' }],
    });
    expect(warningsOf(parts(['acme/payments']))).toContainEqual(
      expect.stringContaining(
        'shop.yaml entitlements.preview.credential: only jobs of "acme/payments" get it: that the repository is this project\'s, its own file alone says; for the others add { name: acme/payments, id: "9999" } to `projects.shop.repositories` of _organization.yaml',
      ),
    );
  });

  it('is nothing to be said of where no other repository may ask', () => {
    const { project } = parts(['acme/shop']);
    expect(warningsOf({ project: { ...project, repositories: [SHOP] } }, BUILT)).toEqual([]);
  });

  it('is never reached with more than its jobs could give themselves', () => {
    expect(errorsOf(parts(['acme/payments'], { permissions: { administration: 'write' } }))).toEqual([
      expect.stringMatching(
        /"acme\/payments" is this project's by the word of its own file alone, .*: add \{ name: acme\/payments, id: "9999" \} to `projects\.shop\.repositories` of _organization\.yaml, or/,
      ),
    ]);
  });

  it('is never reached beside another one', () => {
    expect(errorsOf(parts(['acme/shop', 'acme/payments']))).toEqual([
      expect.stringContaining('"acme/shop" and "acme/payments" are this project\'s by the word of its own file alone'),
    ]);
    expect(outcome(parts(['acme/shop', 'acme/payments'], { vouched: [SHOP] }), SHOP)).toBe('POLICY_NO_MATCH');
  });

  it('is not reached under the name of one that the organization knows by another id', () => {
    const of = parts(['acme/payments'], { vouched: [{ name: 'acme/payments', id: '7777' }] });
    expect(outcome(of, SHOP)).toBe('POLICY_NO_MATCH');
  });

  it('is not reached from one that another GitHub gave the same id', () => {
    const issuers = ['github', 'ghes'].map((name) => ({ name, owners: { acme: '1001' } }));
    const repositories = [
      { ...FOREIGN, issuer: 'github' },
      { name: 'acme/store', id: FOREIGN.id, issuer: 'ghes' },
    ];
    const { project } = parts(['acme/payments']);
    const policies = buildPolicies({ project: { ...project, repositories } }, { ...BUILT, issuers });
    const asked = (issuer: string) => evaluate(policies, { ...jobOf(FOREIGN), issuer }, buildAsk());
    expect(outcomeOf(asked('github'))).toBe('permit');
    expect(asked('ghes')).toMatchObject({
      reasons: [
        {
          condition: 'repository',
          message: expect.stringContaining('Ask from that repository, whose own token this is, or have'),
        },
      ],
    });
  });

  it('is not reached by way of another entitlement with the same rule, whichever stands first', () => {
    const token = (name: string) =>
      buildEntitlement({
        credential: { kind: 'github-token', repositories: name, permissions: { contents: 'write' } },
      });
    const all = { ofShop: token('acme/shop'), ofPayments: token('acme/payments'), ofBoth: buildEntitlement() };
    for (const names of [Object.entries(all), Object.entries(all).reverse()]) {
      const entitlements = Object.fromEntries(names.map(([name, one]) => [name.toLowerCase(), one]));
      const policies = buildPolicies(
        { project: { repositories: [SHOP, FOREIGN], entitlements } },
        { kinds: credentialKinds(['github-token', 'jwt']) },
      );
      const outcomes = ['ofshop', 'ofpayments', 'ofboth'].map((entitlement) =>
        [SHOP, FOREIGN].map((one) => outcomeOf(evaluate(policies, jobOf(one), buildAsk({ entitlement })))),
      );
      expect(outcomes).toEqual([
        ['permit', 'POLICY_NO_MATCH'],
        ['POLICY_NO_MATCH', 'permit'],
        ['permit', 'permit'],
      ]);
    }
  });
});

describe('a repository that the organization says is the project’s', () => {
  it('is reached by all of its jobs, with whatever its policy says', () => {
    const of = parts(['acme/shop', 'acme/payments'], {
      permissions: { administration: 'write' },
      vouched: [SHOP, FOREIGN],
    });
    expect([outcome(of, SHOP), outcome(of, FOREIGN)]).toEqual(['permit', 'permit']);
    expect(warningsOf(of, BUILT).filter((one) => one.includes('only jobs'))).toEqual([]);
  });
});

describe('an offer for it', () => {
  it('is the organization’s word too', () => {
    const offer = { kind: 'github-token', repositories: [FOREIGN], permissions: { contents: 'write' } };
    const { project } = parts(['acme/payments']);
    const of = {
      ...(project && { project }),
      organization: { projects: { shop: { owner: 'acme/platform', 'may-offer': [offer] } } },
    };
    expect(outcome(of, SHOP)).toBe('permit');
  });
});

describe('an own repository of another GitHub than the App’s', () => {
  it('is not what its id means there, so that the policy does not load', () => {
    expect(errorsOf(parts(['acme/shop']), { ...BUILT, appIssuers: ['ghes'] })).toEqual([
      expect.stringContaining(
        '"acme/shop" is a repository of the issuer `github`, and the GitHub App is one of another',
      ),
    ]);
  });
});
