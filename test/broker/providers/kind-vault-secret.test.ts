import { describe, expect, it } from 'vitest';
import { lifetimeOf } from '../../../broker/http/catalog-answer.ts';
import { buildPolicies, errorsOf, type Yaml } from '../../support/build-policy.ts';
import { kindOf, problems } from '../../support/credential-samples.ts';

describe('vault-secret', () => {
  const offer = {
    upstreams: ['vault-prod'],
    roles: ['shop'],
    paths: ['pki/issue/web'],
    requests: ['common_name=*.example.com'],
  };
  const asking = (request: Yaml) => problems('vault-secret', { path: 'pki/issue/web', request }, [offer]);

  it('asks for each name and value that an offer takes, and for no other', () => {
    expect(asking({ common_name: 'a.example.com' })).toEqual([]);
    for (const [name, value] of [
      ['common_name', 'evil.test'],
      ['common_name', 'a/b.example.com'],
      ['alt_names', 'a.example.com'],
    ] as const)
      expect(asking({ [name]: value })).toEqual([
        expect.stringContaining(`request: "${name}=${value}" is not offered`),
      ]);
    expect(asking({ common_name: 'a.example.com', uri_sans: 'spiffe://x' })).toHaveLength(1);
  });

  it.each([
    ['evil.test,a.example.com', 'common_name=evil.test'],
    ['a.example.com, evil.test', 'common_name=evil.test'],
    ['a.example.com,', 'common_name='],
  ])('asks for each item of what a vault takes for a list: %s', (names, beyond) => {
    expect(asking({ common_name: names })).toEqual([expect.stringContaining(`"${beyond}" is not offered`)]);
    expect(asking({ common_name: 'a.example.com, b.example.com' })).toEqual([]);
  });

  it('says in words what is asked for', () => {
    const { gives } = kindOf('vault-secret');
    const request = { common_name: 'a.example.com' };
    expect(gives({ upstream: 'vault-prod', path: 'pki/issue/web', values: { key: 'private_key' }, request })).toBe(
      'key from pki/issue/web of vault-prod, made for common_name=a.example.com',
    );
  });

  describe('what is made for a request', () => {
    const made = (terms: Yaml, guardrails: Yaml = {}) => {
      const projects = { shop: { owner: 'acme/platform', 'may-offer': [{ kind: 'vault-secret', ...offer }] } };
      const what = { upstream: 'vault-prod', role: 'shop', path: 'pki/issue/web', values: { cert: 'certificate' } };
      const credential = { kind: 'vault-secret', ...what, request: { common_name: 'a.example.com' } };
      return { organization: { projects, guardrails }, entitlement: { credential, ...terms } };
    };

    it('refuses a policy by which it never dies', () => {
      expect(errorsOf(made({ ttl: 'never' }, { 'allow-static': ['shop/preview'] }))).toEqual([
        'shop.yaml entitlements.preview.ttl: what is made for a `request` has an end: write a duration',
      ]);
    });

    it('that nobody offered is refused as that', () => {
      const { organization, entitlement } = made({ ttl: '10m' });
      const credential = { ...entitlement.credential, path: 'pki/issue/other' };
      expect(errorsOf({ organization, entitlement: { ...entitlement, credential } })).toEqual([
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
      expect(entitlement?.figure.factors).toContainEqual({
        points: 4,
        sentence: 'Once handed out, it cannot be taken back.',
      });
    });
  });
});
