import { describe, expect, it } from 'vitest';
import {
  appIssuersOf,
  type ConfiguredIssuer as Issuer,
  listedOwnerId,
  ownersOf,
} from '../../../broker/policy/policy-set.ts';
import { buildEntitlement, errorsOf } from '../../support/build-policy.ts';

const github = { name: 'hub', url: 'https://token.actions.githubusercontent.com', owners: { acme: '1001' } };
const server = { name: 'ghes', url: 'https://ghes.internal/_services/token', owners: { acme: '7' } };

describe('owners', () => {
  it('are listed by issuer, whatever their letters are cased like', () => {
    const owners = ownersOf([github, server]) ?? new Map();
    const listed = (issuer: string, name: string) => listedOwnerId(owners, { issuer, name });
    expect([listed('hub', 'ACME/shop'), listed('ghes', 'acme/shop')]).toEqual(['1001', '7']);
    expect([listed('hub', 'other/acme'), listed('none', 'acme/shop')]).toEqual([undefined, undefined]);
  });
});

describe('issuers whose repositories the GitHub App knows', () => {
  it('are those of github.com, where there are several', () => {
    expect(appIssuersOf([github, server])).toEqual(['hub']);
    expect(appIssuersOf([server])).toBeUndefined();
    expect(appIssuersOf(undefined)).toBeUndefined();
  });

  it('are the one of the default name, where no addresses are configured', () => {
    const [github, ghes] = ['github', 'ghes'].map((name) => ({ name, owners: {} })) as [Issuer, Issuer];
    expect(appIssuersOf([ghes, github])).toEqual(['github']);
  });

  it('bound what a policy may have a token for, own repositories included', () => {
    const credential = { kind: 'github-token', repositories: ['acme/tools'], permissions: { contents: 'write' } };
    const project = {
      repositories: [{ name: 'acme/tools', id: '42', issuer: 'ghes' }],
      entitlements: { preview: buildEntitlement({ credential }) },
    };
    expect(errorsOf({ project }, { issuers: [github, server] })).toEqual([
      expect.stringContaining('"acme/tools" is a repository of the issuer `ghes`'),
    ]);
  });
});
