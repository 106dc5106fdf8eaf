import { describe, expect, it } from 'vitest';
import { codesOf, GUARDED, GUARDED_RULE, lint, lintEntitlement, OFFERED, saidOf } from '../../../support/build-lint.ts';
import { buildStaticSecret, type Yaml } from '../../../support/build-policy.ts';

const APPROVAL = { by: 'acme/release-managers' };
const LOW = { risk: 'low', allow: [{ branch: 'main' }] };
const WITHOUT_ENVIRONMENT = { allow: [{ branch: 'main', runner: 'github-hosted' }] };

describe('an entitlement', () => {
  it.each<[what: string, entitlement: Yaml, findings: readonly string[]]>([
    ['of high risk, well guarded', {}, []],
    ['of low risk with a rule for any push', { risk: 'low', allow: [{ branch: '**' }], expires: undefined }, []],
    ['of low risk for production', { risk: 'low' }, ['risk LINT_RISK_UNDERSTATED']],
    ['of low risk that people approve', { ...LOW, approval: { ...APPROVAL, self: 'allowed' } }, []],
    [
      'of low risk for production, and for any environment',
      { risk: 'low', allow: [GUARDED_RULE, { branch: 'next' }] },
      ['risk LINT_RISK_UNDERSTATED', 'allow[1] LINT_UNGUARDED'],
    ],
    [
      'of low risk for production, and for any environment where people approve',
      { risk: 'low', allow: [GUARDED_RULE, { branch: 'next' }], approval: APPROVAL },
      ['risk LINT_RISK_UNDERSTATED'],
    ],
    ['of high risk for 15 minutes', { ttl: '15m' }, []],
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
    [
      'with break-glass and without environment',
      { ...WITHOUT_ENVIRONMENT, 'break-glass': { for: 'acme/security', notify: 'acme/security' } },
      ['allow[0] LINT_NO_ENVIRONMENT'],
    ],
    [
      'with a second rule without environment',
      { allow: [GUARDED_RULE, { branch: 'next', runner: 'github-hosted' }] },
      ['allow[1] LINT_UNGUARDED'],
    ],
    ['with approval by others', { approval: APPROVAL }, []],
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
    const findings = lint({ organization: { projects: project }, entitlement: { credential } });
    expect(codesOf(findings)).toEqual(['entitlements.preview.risk LINT_RISK_UNDERSTATED']);
    expect(saidOf(findings)).toEqual([
      'it is said to be of low risk, and secrets: write lets it change who may do what. Change: `risk: high`.',
    ]);
  });

  it.each([
    'prod',
    'Production',
    'live',
    'eu-prod',
    'prod-eu',
    'prod2',
    'eu_live_2',
    'casino-prod',
    'prod or non-prod',
  ])('for "%s" is for production', (environment) => {
    expect(lintEntitlement({ ...LOW, allow: [{ branch: 'main', environment }] })).toEqual([
      'risk LINT_RISK_UNDERSTATED',
    ]);
  });

  it.each([
    'products',
    'delivery',
    'reprod',
    'alive',
    'non-prod',
    'not live',
    'no-production',
    'PRE_PROD',
    'eu-pre-prod',
  ])('for "%s" is not', (environment) => {
    expect(lintEntitlement({ ...LOW, allow: [{ branch: 'main', environment }] })).toEqual([]);
  });

  it('is for production too where its own name says so', () => {
    const deploy = { ...LOW, ttl: '10m', credential: { kind: 'jwt', audience: 'https://previews.example.com' } };
    const findings = lint({ organization: OFFERED, project: { entitlements: { 'deploy-prod': deploy } } });
    expect(saidOf(findings)).toEqual([
      '"deploy-prod" looks like production, and the guardrails for high risk do not hold for it. Change: `risk: high`.',
      'nobody is asked before the first rule hands out a credential for "deploy-prod": it names no environment, and nobody approves. Change: `environment: production` in this rule, with required reviewers on it at GitHub, or `approval: { by: [acme/security] }`.',
    ]);
  });

  it.each<[what: string, entitlement: Yaml, said: string]>([
    [
      'lives long',
      { ttl: '20m' },
      'a `jwt` credential of high risk that leaks goes on working for up to 20m, and it cannot be revoked. Change: `ttl: 15m` or less.',
    ],
    [
      'is open to any environment',
      WITHOUT_ENVIRONMENT,
      'nobody is asked before the first rule hands out a credential of high risk: it names no environment, and nobody approves. Change: `environment: production` in this rule, with required reviewers on it at GitHub, or `approval: { by: [acme/security] }`.',
    ],
    [
      'is approved for any environment',
      { ...WITHOUT_ENVIRONMENT, approval: APPROVAL },
      'the first rule names no environment, so that a job may ask past the protection that GitHub gives environments. Change: `environment: production` in this rule.',
    ],
    [
      'is approved by oneself',
      { approval: { ...APPROVAL, self: 'allowed' } },
      'whoever asks may also approve, so that one person alone decides about a credential of high risk. Change: take `self` out.',
    ],
    [
      'is approved by whoever asked',
      { approval: { ...APPROVAL, 'apart-from': ['actor', 'commit-author'] } },
      'whoever asks may also approve, so that one person alone decides about a credential of high risk. Change: `apart-from: [requester, actor, commit-author]`.',
    ],
    [
      'stays',
      { expires: undefined },
      'nobody ever looks again whether this entitlement of high risk is still needed. Change: `expires` with the last day; or `review: { every: 90d, by: [acme/security] }`, by which nobody is asked yet.',
    ],
  ])('that %s is told the risk and the line to write', (_what, entitlement, said) => {
    expect(saidOf(lint({ organization: OFFERED, entitlement: { ...GUARDED, ...entitlement } }))).toEqual([said]);
  });

  it.each([
    ['the security team', ['acme/platform', 'acme/release-managers', 'acme/Security'], 'acme/Security'],
    ['another team, where none is for security', ['acme/platform', 'acme/release-managers'], 'acme/release-managers'],
    ['the owner, where there is nobody else', ['acme/platform'], 'acme/platform'],
  ])('is to be looked at by %s', (_what, names, team) => {
    const teams = Object.fromEntries(names.map((name, at) => [name, { github: `47${at}` }]));
    const entitlement = { ...GUARDED, expires: undefined };
    expect(saidOf(lint({ organization: { ...OFFERED, teams }, entitlement }))).toEqual([
      expect.stringContaining(`by: [${team}] }`),
    ]);
  });

  it.each([
    ['high', '1h', '2h'],
    ['low', '8h', '9h'],
  ])('of %s risk that can be revoked may live %s, and not %s', (risk, longest, ttl) => {
    const rules = risk === 'high' ? {} : { allow: [{ branch: 'main' }] };
    const secret = (one: string) => lint(buildStaticSecret({ ...GUARDED, ...rules, risk, ttl: one }, {}));
    expect(secret(longest)).toEqual([]);
    expect(saidOf(secret(ttl))).toEqual([
      `a \`vault-secret\` credential of ${risk} risk that leaks goes on working for up to ${ttl}, unless it is revoked. Change: \`ttl: ${longest}\` or less.`,
    ]);
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
