import { describe, expect, it } from 'vitest';
import type { Project } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { disclosure, explain } from '../../../broker/policy/explain.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import { buildAsk, buildPolicies, buildStaticSecret, decide, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const stranger = () => evaluate(buildPolicies(), buildSubject({ repositoryId: '9' }), buildAsk());
const denied = (entitlement = {}) =>
  decide({ allow: [{ branch: 'main', runner: 'self-hosted' }], ...entitlement }, buildSubject({ ref: 'refs/heads/x' }));

describe('explain', () => {
  it('a permit names the rule and its conditions', () => {
    expect(explain(decide({ allow: [{ branch: ['main', 'release/*'], event: 'push' }] }, buildSubject()))).toEqual({
      decision: 'permit',
      summary: 'shop/preview is allowed by its first rule (`branch` is main or release/*, `event` is push), for 10m.',
      reasons: [],
    });
  });

  it('a denial sums up the nearest reason and keeps all of them', () => {
    const { decision, summary, reasons } = explain(denied());
    expect(decision).toBe('deny');
    expect(summary).toBe(
      'The first rule wants `branch` to be main; this job has "x". Run the job on such a branch, or ask acme/platform to change the rule in shop.yaml. (And 1 more reason.)',
    );
    expect(reasons.map(({ condition }) => condition)).toEqual(['branch', 'runner']);
  });

  it('a permit by a later rule names that one', () => {
    const allow = [
      { tag: 'v*', event: 'push' },
      { branch: 'main', event: 'push' },
    ];
    expect(explain(decide({ allow }, buildSubject())).summary).toBe(
      'shop/preview is allowed by its second rule (`branch` is main, `event` is push), for 10m.',
    );
  });

  it('a permit of what is traded for something that lives longer says so', () => {
    const [provider, account] = [
      'projects/1/locations/global/workloadIdentityPools/ci/providers/buildpass',
      'shop-deploy@acme-shop.iam.gserviceaccount.com',
    ];
    const offer = { kind: 'gcp-credentials-file', providers: [provider], 'service-accounts': [account] };
    const credential = { kind: 'gcp-credentials-file', provider, 'service-account': account };
    const policies = buildPolicies(
      {
        organization: { projects: { shop: { owner: 'acme/platform', 'may-offer': [offer] } } },
        entitlement: { credential },
      },
      { kinds: credentialKinds(['gcp-credentials-file']) },
    );
    expect(explain(evaluate(policies, buildSubject(), buildAsk())).summary).toBe(
      'shop/preview is allowed by its first rule (`branch` is main, `event` is push, workflow_dispatch or release), for 10m; what Google gives for it lives up to an hour longer (or twelve, where the organization allows that), and nobody here can revoke that.',
    );
  });

  it('a permit of what never dies says so', () => {
    const policies = buildPolicies(buildStaticSecret(), { kinds: credentialKinds(['vault-secret']) });
    expect(explain(evaluate(policies, buildSubject(), buildAsk())).summary).toBe(
      'shop/preview is allowed by its first rule (`branch` is main, `event` is push, workflow_dispatch or release), and what is handed out never dies.',
    );
  });

  it.each([
    [{ runner: 'github-hosted' }, /to change the rule in shop\.yaml\.$/],
    [{ runner: 'self-hosted' }, / \(And 1 more reason\.\)$/],
    [{ runner: 'self-hosted', environment: 'x' }, / \(And 2 more reasons\.\)$/],
  ])('a denial counts its further reasons: %j', (rule, end) => {
    const denial = decide({ allow: [{ branch: 'main', ...rule }] }, buildSubject({ ref: 'refs/heads/x' }));
    expect(explain(denial).summary).toMatch(end);
  });

  it.each<[what: string, terms: Yaml, needs: string]>([
    [
      'of one team or another',
      { approval: { by: ['acme/release-managers', 'acme/security'], within: '2h' } },
      'approval by 1 of acme/release-managers or acme/security within 2h',
    ],
    [
      'of several of one team',
      { approval: { by: 'acme/release-managers', count: 2 } },
      'approval by 2 of acme/release-managers within 30m',
    ],
    [
      'or of somebody who invokes it',
      {
        approval: { by: 'acme/release-managers' },
        'break-glass': { for: ['acme/security', 'acme/platform'], notify: 'acme/security' },
      },
      'approval by 1 of acme/release-managers within 30m, or break-glass by 1 of acme/security or acme/platform',
    ],
    [
      'who invokes it, and nobody else',
      { 'break-glass': { for: 'acme/security', notify: 'acme/platform' } },
      'break-glass by 1 of acme/security',
    ],
  ])('what needs the yes %s says so', (_what, terms, needs) => {
    expect(explain(decide(terms, buildSubject()))).toEqual({
      decision: 'approval',
      summary: `shop/preview is allowed by its first rule (\`branch\` is main, \`event\` is push, workflow_dispatch or release), for 10m. It needs ${needs} first.`,
      reasons: [],
    });
  });

  it('a denial without reasons is told as to a stranger', () => {
    const project = buildPolicies().projects.get('shop') as Project;
    const denial = { outcome: 'deny', project, entitlement: undefined, reasons: [] } as const;
    expect(explain(denial).summary).toBe('No such entitlement for this job.');
  });

  it('a stranger is told nothing', () => {
    expect(explain(stranger())).toEqual({
      decision: 'deny',
      summary: 'No such entitlement for this job.',
      reasons: [],
    });
  });
});

describe('disclosure', () => {
  const job = (repositoryVisibility: 'public' | 'private' | 'internal') => buildSubject({ repositoryVisibility });

  it('is full for private and internal repositories', () => {
    expect(disclosure(denied(), job('private'))).toBe('full');
    expect(disclosure(denied(), job('internal'))).toBe('full');
  });

  it('is codes for public ones, whose logs the world reads, unless the policy says otherwise', () => {
    expect(disclosure(denied(), job('public'))).toBe('codes');
    expect(disclosure(denied({ 'public-details': true }), job('public'))).toBe('full');
    expect(disclosure(decide({}, buildSubject()), job('public'))).toBe('codes');
  });

  it('is codes in public where the entitlement is unknown', () => {
    const unknown = evaluate(
      buildPolicies({ entitlement: { 'public-details': true } }),
      buildSubject(),
      buildAsk({ entitlement: 'x' }),
    );
    expect(disclosure(unknown, job('public'))).toBe('codes');
  });

  it('is nothing for strangers, public or not', () => {
    expect(disclosure(stranger(), job('private'))).toBe('nothing');
    expect(disclosure(stranger(), job('public'))).toBe('nothing');
  });
});
