import { describe, expect, it } from 'vitest';
import { appIssuersOf } from '../../../broker/policy/policy-set.ts';
import { buildEntitlement, errorsOf } from '../../support/build-policy.ts';

const github = { name: 'hub', url: 'https://token.actions.githubusercontent.com', owners: { acme: '1001' } };
const server = { name: 'ghes', url: 'https://ghes.internal/_services/token', owners: { acme: '7' } };

describe('issuers whose repositories the GitHub App knows', () => {
  it('are those of github.com, where there are several', () => {
    expect(appIssuersOf([github, server])).toEqual(['hub']);
    expect(appIssuersOf([server])).toBeUndefined();
    expect(appIssuersOf(undefined)).toBeUndefined();
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
