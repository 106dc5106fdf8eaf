import { describe, expect, it } from 'vitest';
import { looksSecret, repeatable, splitExpressions } from '../../../broker/policy-import/secret-literals.ts';

describe('what looks like a secret', () => {
  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'token: ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'npm_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789',
    'xoxb-1234567890-abcdefghij',
    'hvs.CAESIJlWh4dJ2h7cXyZ0123456789',
    'https://user:password1@example.com/x',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY1a',
  ])('is found: %#', (text) => {
    expect(looksSecret(`before ${text} after`)).toBe(true);
    expect(repeatable(text)).toBe('(not repeated: it looks like a secret)');
  });

  it.each([
    'actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f',
    'arn:aws:iam::111122223333:role/ShopDeployProduction2026',
    'projects/123456/locations/global/workloadIdentityPools/ci-pool/providers/github',
    'mcr.microsoft.com/dotnet/sdk:8.0',
    'https://registry.example.com:8443/path',
    'aVeryLongNameInCamelCaseOfSomethingOrOther',
    'node_modules/.cache/some-package/dist/index.js',
    'node ./integrationTests/e2e-tls/setup.js',
    'Run the tests of the web shop on every push',
  ])('is not: %s', (text) => {
    expect(looksSecret(text)).toBe(false);
    expect(repeatable(text)).toBe(text);
  });
});

describe('expressions', () => {
  it('are what stands between their marks, and the rest is the rest', () => {
    expect(splitExpressions('a ${'.concat('{ b }} c ${', '{ d }} e ${', '{ f'))).toEqual({
      inside: [' b ', ' d '],
      outside: 'a  c  e ${'.concat('{ f'),
    });
  });
});
