// What a vault makes for a request has an end, and may be a certificate, which nobody can revoke: nothing else is promised of it.
import { describe, expect, it } from 'vitest';
import { lifetimeOf } from '../../../broker/http/catalog-answer.ts';
import { codesOf, lint } from '../../support/build-lint.ts';
import { buildPolicies, errorsOf, type Yaml } from '../../support/build-policy.ts';

const OFFER = { upstreams: ['vault-prod'], roles: ['shop'], paths: ['pki/issue/web'], requests: ['**'] };

const made = (terms: Yaml, { path = 'pki/issue/web', guardrails = {} }: { path?: string; guardrails?: Yaml } = {}) => {
  const projects = { shop: { owner: 'acme/platform', 'may-offer': [{ kind: 'vault-secret', ...OFFER }] } };
  const request = { common_name: 'a.example.com' };
  const credential = {
    kind: 'vault-secret',
    upstream: 'vault-prod',
    role: 'shop',
    path,
    request,
    values: { c: 'certificate' },
  };
  return { organization: { projects, guardrails }, entitlement: { credential, ...terms } };
};

describe('what a vault makes for a request', () => {
  it('refuses a policy by which it never dies', () => {
    expect(errorsOf(made({ ttl: 'never' }, { guardrails: { 'allow-static': ['shop/preview'] } }))).toEqual([
      'shop.yaml entitlements.preview.ttl: what is made for a `request` has an end: write a duration',
    ]);
  });

  it.each(['10m', 'never'])('is refused as not offered where it is not, with ttl: %s', (ttl) => {
    const guardrails = { 'allow-static': ['shop/preview'] };
    expect(errorsOf(made({ ttl }, { path: 'pki/issue/other', guardrails }))).toEqual([
      expect.stringContaining('"pki/issue/other" is not offered'),
    ]);
  });

  it('is promised to nobody as something that can be revoked', () => {
    const entitlement = buildPolicies(made({ ttl: '10m' }))
      .projects.get('shop')
      ?.entitlements.get('preview');
    expect(entitlement?.revocation).toBe('at-expiry');
    expect(entitlement && lifetimeOf(entitlement)).toBe(
      'dies 10 min after it was issued, and before only if the vault made a lease of it',
    );
    const sentence = 'Once handed out, it cannot be taken back.';
    expect(entitlement?.figure.factors).toContainEqual({ points: 4, sentence });
  });

  it('is advised to live no longer than what nobody can revoke', () => {
    const isLong = (ttl: string): boolean => codesOf(lint(made({ ttl }))).some((one) => one.endsWith('LINT_TTL_LONG'));
    expect(['1h', '2h'].map(isLong)).toEqual([false, true]);
  });
});
