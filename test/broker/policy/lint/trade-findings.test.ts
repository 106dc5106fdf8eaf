import { describe, expect, it } from 'vitest';
import { codesOf, GUARDED, lint, lintEntitlement, saidOf } from '../../../support/build-lint.ts';
import type { Yaml } from '../../../support/build-policy.ts';

const offering = (offer: Yaml): Yaml => ({ projects: { shop: { owner: 'acme/platform', 'may-offer': [offer] } } });

const POOL = 'iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/b';

describe('a token of a job that a cloud takes in trade', () => {
  it.each([
    ['sts.amazonaws.com', 'AWS', 'aws-role'],
    ['STS.amazonaws.com.cn', 'AWS', 'aws-role'],
    ['api://AzureADTokenExchange', 'Entra ID', 'azure-app'],
    ['api://azureadtokenexchangeChina', 'Entra ID', 'azure-app'],
    [`https://${POOL}`, 'Google', 'gcp-service-account'],
    [`HTTP://${POOL}`, 'Google', 'gcp-service-account'],
    [`//${POOL}`, 'Google', 'gcp-service-account'],
  ])('is one for %s', (audience, cloud, kind) => {
    const organization = offering({ kind: 'jwt', audiences: [audience] });
    const findings = lint({ organization, entitlement: { ...GUARDED, credential: { kind: 'jwt', audience } } });
    expect(codesOf(findings)).toEqual(['entitlements.preview.credential.audience LINT_AUDIENCE_TRADED']);
    expect(saidOf(findings)).toEqual([
      `${cloud} takes a token for "${audience}" in trade: wherever it trusts this entitlement the job makes itself credentials that no \`ttl\`, no parameter of \`${kind}\` and no entry of the log bounds. Change: \`kind: ${kind}\`, or the \`audience\` of a service of your own.`,
    ]);
  });

  it.each([
    'https://sts.amazonaws.com.example.com',
    'sts.amazonaws.com.example.com',
    'https://shop.example.com/sts.amazonaws.com',
    'https://shop.example.com/api://AzureADTokenExchange',
    'https://shop.example.com//iam.googleapis.com/',
    'https://iam.googleapis.com.example.com/',
  ])('is none for %s', (audience) => {
    const organization = offering({ kind: 'jwt', audiences: [audience] });
    expect(lintEntitlement({ credential: { kind: 'jwt', audience } }, { organization })).toEqual([]);
  });

  it('is one for a cluster too', () => {
    const given = { upstream: 'cluster-eu', audience: 'sts.amazonaws.com', namespace: 'shop' };
    const offer = { upstreams: ['cluster-eu'], audiences: ['sts.amazonaws.com'], namespaces: ['shop'] };
    const organization = offering({ kind: 'kubernetes', ...offer });
    expect(lintEntitlement({ credential: { kind: 'kubernetes', ...given } }, { organization })).toEqual([
      'credential.audience LINT_AUDIENCE_TRADED',
    ]);
  });

  it('is none where the broker shows it there itself', () => {
    const role = 'arn:aws:iam::111122223333:role/shop-deploy';
    const organization = offering({ kind: 'aws-role', roles: [role], audiences: ['sts.amazonaws.com'] });
    const credential = { kind: 'aws-role', role, region: 'eu-west-1', audience: 'sts.amazonaws.com' };
    expect(lintEntitlement({ credential, ttl: '15m' }, { organization })).toEqual([]);
  });

  it('is said of the kind that is meant for it too', () => {
    const provider = 'projects/1/locations/global/workloadIdentityPools/ci/providers/buildpass';
    const account = 'deploy@shop-prod.iam.gserviceaccount.com';
    const offer = { kind: 'gcp-credentials-file', providers: [provider], 'service-accounts': [account] };
    const organization = offering(offer);
    const credential = { kind: 'gcp-credentials-file', provider, 'service-account': account };
    const findings = lint({ organization, entitlement: { ...GUARDED, credential } });
    expect(codesOf(findings)).toEqual(['entitlements.preview.credential.kind LINT_OUTLIVES_TTL']);
    expect(saidOf(findings)).toEqual([
      'its `ttl` bounds the token in the file alone: what Google gives for it lives up to an hour longer (or twelve, where the organization allows that), and nobody here can revoke that. The log has nothing of it. Change: `kind: gcp-service-account` with the `scopes` that are needed, for programs that take a token.',
    ]);
  });
});
