import { describe, expect, it } from 'vitest';
import { codesOf, GUARDED, GUARDED_RULE, lint, lintEntitlement } from '../../../support/build-lint.ts';
import { buildStaticSecret, type Yaml } from '../../../support/build-policy.ts';

const APPROVAL = { by: 'acme/release-managers' };
const WITHOUT_ENVIRONMENT = { allow: [{ branch: 'main', runner: 'github-hosted' }] };

describe('an entitlement', () => {
  it.each<[what: string, entitlement: Yaml, findings: readonly string[]]>([
    ['of high risk, well guarded', {}, []],
    ['of low risk with a rule for any push', { risk: 'low', allow: [{ branch: '**' }], expires: undefined }, []],
    ['of low risk for production', { risk: 'low' }, ['risk LINT_RISK_UNDERSTATED']],
    ['of low risk before production', { risk: 'low', allow: [{ branch: 'main', environment: 'non-prod' }] }, []],
    ['of low risk for products', { risk: 'low', allow: [{ branch: 'main', environment: 'products' }] }, []],
    ['of high risk for 20 minutes', { ttl: '20m' }, ['ttl LINT_TTL_LONG']],
    ['of low risk for an hour', { risk: 'low', ttl: '1h', allow: [{ branch: 'main' }] }, []],
    ['of low risk for two', { risk: 'low', ttl: '2h', allow: [{ branch: 'main' }] }, ['ttl LINT_TTL_LONG']],
    ['without environment and approval', WITHOUT_ENVIRONMENT, ['allow[0] LINT_UNGUARDED']],
    [
      'with any environment and no approval',
      { allow: [{ ...GUARDED_RULE, environment: '**' }] },
      ['allow[0] LINT_UNGUARDED'],
    ],
    [
      'with approval and without environment',
      { ...WITHOUT_ENVIRONMENT, approval: APPROVAL },
      ['allow[0] LINT_NO_ENVIRONMENT'],
    ],
    ['with approval by oneself', { approval: { ...APPROVAL, self: 'allowed' } }, ['approval.self LINT_SELF_APPROVAL']],
    [
      'with approval apart from the actor alone',
      { approval: { ...APPROVAL, 'apart-from': 'actor' } },
      ['approval.apart-from LINT_SELF_APPROVAL'],
    ],
    ['that nobody reviews', { expires: undefined }, [' LINT_NO_REVIEW']],
    ['that is reviewed', { expires: undefined, review: { every: '90d', by: 'acme/security' } }, []],
  ])('%s', (_what, entitlement, findings) => {
    expect(lintEntitlement(entitlement)).toEqual(findings);
  });

  it('of low risk that can administer repositories', () => {
    const credential = { kind: 'github-token', repositories: 'acme/shop', permissions: { secrets: 'write' } };
    const project = { shop: { owner: 'acme/platform', repositories: [{ name: 'acme/shop', id: '2001' }] } };
    expect(codesOf(lint({ organization: { projects: project }, entitlement: { credential } }))).toEqual([
      'entitlements.preview.risk LINT_RISK_UNDERSTATED',
    ]);
  });

  it.each([
    ['sts.amazonaws.com', 'aws-role'],
    ['api://AzureADTokenExchange', 'azure-app'],
    [
      'https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/b',
      'gcp-service-account',
    ],
    ['//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/b', 'gcp-service-account'],
    ['https://sts.amazonaws.com.example.com', undefined],
  ])('that hands a job a token for %s', (audience, kind) => {
    const offer = { kind: 'jwt', audiences: [audience] };
    const organization = { projects: { shop: { owner: 'acme/platform', 'may-offer': [offer] } } };
    const findings = lint({ organization, entitlement: { ...GUARDED, credential: { kind: 'jwt', audience } } });
    expect(codesOf(findings)).toEqual(
      kind === undefined ? [] : ['entitlements.preview.credential.audience LINT_AUDIENCE_TRADED'],
    );
    if (kind !== undefined) expect(findings[0]?.remedy).toContain(`kind: ${kind}`);
  });

  it('whose value never dies is for the guardrails to allow', () => {
    expect(lint(buildStaticSecret())).toEqual([]);
  });

  it('of a kind that cannot live shorter is not asked to', () => {
    const ids = { tenant: '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f', 'client-id': '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f' };
    const scope = 'https://management.azure.com/.default';
    const offer = { kind: 'azure-app', tenants: [ids.tenant], 'client-ids': [ids['client-id']], scopes: [scope] };
    const organization = { projects: { shop: { owner: 'acme/platform', 'may-offer': [offer] } } };
    const ofAzure = { credential: { kind: 'azure-app', ...ids, scope }, ttl: '90m' };
    expect(lintEntitlement(ofAzure, { organization })).toEqual([]);
    expect(lintEntitlement({ ...ofAzure, ttl: '2h' }, { organization })).toEqual(['ttl LINT_TTL_LONG']);
  });
});
