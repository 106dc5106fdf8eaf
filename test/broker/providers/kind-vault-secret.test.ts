import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../support/build-policy.ts';
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
});
