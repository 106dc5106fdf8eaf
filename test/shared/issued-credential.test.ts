import { expect, test } from 'vitest';
import type { Issued } from '../../shared/api.ts';
import { type KindName, neverEnds, readCredential } from '../../shared/issued-credential.ts';
import { createAuthority } from '../support/certificates.ts';
import { AUTHORITY, answerOf, type Differing, KINDS } from '../support/kind-answers.ts';

const read = (kind: KindName, differing: Differing = {}, changes: Partial<Issued> = {}) =>
  readCredential({ ...answerOf(kind, differing), ...changes } as Issued);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.for(KINDS)('a right answer for %s is read', (kind) => {
  expect(read(kind)).toMatchObject({ kind, credential: answerOf(kind).credential });
});

test.for(KINDS)('details that nobody uses are left out of %s', (kind) => {
  expect(read(kind, { details: { something: 'else\n' } }).details).not.toHaveProperty('something');
});

test.for(KINDS.filter((kind) => kind !== 'vault-secret'))('an extra value for %s is refused', (kind) => {
  expect(() => read(kind, { values: { extra: 'value' } })).toThrow(
    `for ${kind}, credential holds "extra", which is none of its values`,
  );
});

test('several extra values are named together', () => {
  expect(() => read('jwt', { values: { one: 'x', two: 'y' } })).toThrow(
    'for jwt, credential holds "one", "two", which is none of its values',
  );
});

test('a region may have several parts', () => {
  expect(read('aws-role', { details: { aws_region: 'us-gov-west-1' } }).details).toMatchObject({
    aws_region: 'us-gov-west-1',
  });
});

test('a token for Google may be traded on this machine, where nobody else hears it', () => {
  const token_url = 'http://127.0.0.1:8080/token';
  expect(read('gcp-credentials-file', { details: { token_url } }).details).toMatchObject({ token_url });
});

test('a life without an end is one number, and every other has an end', () => {
  expect(
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 0].map((seconds) => neverEnds({ expires_in: seconds })),
  ).toEqual([true, false, false]);
});

test.for<[KindName, Differing, string]>([
  ['aws-role', { values: { aws_session_token: undefined } }, 'credential.aws_session_token is missing'],
  ['aws-role', { values: { aws_secret_access_key: '' } }, 'credential.aws_secret_access_key must be one line'],
  ['aws-role', { values: { aws_access_key_id: 'A\nB' } }, 'credential.aws_access_key_id must be one line'],
  ['aws-role', { details: { aws_region: undefined } }, 'details.aws_region is missing'],
  ['aws-role', { details: { aws_region: 'eu-west-1\nAWS_PROFILE=x' } }, 'details.aws_region must be a region'],
  ['aws-role', { details: { aws_region: 'x eu-west-1' } }, 'details.aws_region must be a region'],
  ['aws-role', { details: { aws_account_id: '1' } }, 'details.aws_account_id must be twelve digits'],
  ['aws-role', { details: { aws_account_id: '1111222233334' } }, 'details.aws_account_id must be twelve digits'],
  ['gcp-service-account', { details: { project_id: 'a b' } }, 'details.project_id must be one line'],
  ['gcp-service-account', { details: { project_id: 'p'.repeat(257) } }, 'details.project_id must be one line'],
  ['gcp-credentials-file', { details: { provider: undefined } }, 'details.provider is missing'],
  ['gcp-credentials-file', { details: { provider: 'xprojects/1/a' } }, 'must be a workload identity provider'],
  ['gcp-credentials-file', { details: { provider: 'projects/x/a' } }, 'must be a workload identity provider'],
  ['gcp-credentials-file', { details: { provider: 'projects/1/' } }, 'must be a workload identity provider'],
  ['gcp-credentials-file', { details: { provider: 'projects/1/a?b' } }, 'must be a workload identity provider'],
  ['gcp-credentials-file', { details: { provider: `projects/1/${'a'.repeat(201)}` } }, 'must be a workload identity'],
  ['gcp-credentials-file', { details: { token_url: 'https://' } }, 'details.token_url must be an address'],
  ['gcp-credentials-file', { details: { token_url: 'xhttps://a.example' } }, 'details.token_url must be an address'],
  ['gcp-credentials-file', { details: { token_url: 'https://a.example/ x' } }, 'details.token_url must be an address'],
  ['gcp-credentials-file', { details: { token_url: `https://${'a'.repeat(505)}` } }, 'token_url must be an address'],
  ['gcp-credentials-file', { details: { token_url: 'http://a.example' } }, 'token_url must be an https address'],
  ['gcp-credentials-file', { details: { impersonation_url: 'https://a@b.example' } }, 'must be an address alone'],
  ['gcp-credentials-file', { details: { impersonation_url: 'https://b.example/?a' } }, 'must be an address alone'],
  ['azure-app', { details: { tenant_id: undefined } }, 'details.tenant_id is missing'],
  ['github-token', { details: { installation_id: 'x' } }, 'details.installation_id must be digits'],
  ['github-token', { details: { installation_id: '1x1' } }, 'details.installation_id must be digits'],
  ['github-token', { details: { app_slug: 'a\u{202e}b' } }, 'details.app_slug must be one line'],
  ['kubernetes', { details: { server: undefined } }, 'details.server is missing'],
  ['kubernetes', { details: { server: 'http://cluster.example.com' } }, 'details.server must be an https address'],
  ['kubernetes', { details: { server: 'https://' } }, 'details.server must be an https address'],
  ['kubernetes', { details: { server: 'xhttps://a.example' } }, 'details.server must be an https address'],
  ['kubernetes', { details: { server: 'https://a.example/ x' } }, 'details.server must be an https address'],
  ['kubernetes', { details: { server: 'https://[' } }, 'details.server must be an address alone'],
  ['kubernetes', { details: { server: 'https://a.example/#x' } }, 'details.server must be an address alone'],
  ['kubernetes', { details: { server: 'https://:a@evil.example' } }, 'details.server must be an address alone'],
  ['kubernetes', { details: { server: 'https://a@evil.example' } }, 'details.server must be an address alone'],
  ['kubernetes', { details: { server: 'https://a.example/?x=1' } }, 'details.server must be an address alone'],
  ['kubernetes', { details: { namespace: '../kube-system' } }, 'details.namespace must be made of'],
  ['kubernetes', { details: { namespace: 'kube-system/' } }, 'details.namespace must be made of a-z, 0-9 and -'],
  ['kubernetes', { details: { cluster: '' } }, 'details.cluster must be made of'],
  ['kubernetes', { details: { certificate_authority_data: 'no PEM' } }, 'certificate_authority_data must be base64'],
  ['kubernetes', { details: { certificate_authority_data: ' AAAA' } }, 'certificate_authority_data must be base64'],
  ['kubernetes', { details: { certificate_authority_data: 'AAAA\n' } }, 'certificate_authority_data must be base64'],
  ['vault-secret', { values: { 'npm-token': undefined, 'signing-key': undefined } }, 'credential is empty'],
  ['vault-secret', { values: { 'npm-token': '' } }, 'credential holds nothing as "npm-token"'],
  ['vault-secret', { values: { 'npm-token': 'a\0b' } }, 'credential holds binary data as "npm-token"'],
  ['vault-secret', { values: { token: 'x' } }, `credential holds "token", which can't be an output`],
  ['vault-secret', { values: { receipt: 'x' } }, `credential holds "receipt", which can't be an output`],
  ['vault-secret', { values: { NODE_OPTIONS: 'x' } }, `credential holds "NODE_OPTIONS", which can't be an output`],
  ['vault-secret', { values: { 'a\nb': 'x' } }, `which can't be an output`],
])('%s with %j is refused', ([kind, differing, message]) => {
  expect(() => read(kind, differing)).toThrow(message);
});

test.for([
  ['words', 'certificate'],
  ['a private key', createAuthority().serverTls().key],
  ['a certificate and a private key', `${AUTHORITY}${createAuthority().serverTls().key}`],
  ['a private key and a certificate', `${createAuthority().serverTls().key}${AUTHORITY}`],
  ['a certificate and one that is none', `${AUTHORITY}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`],
  ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['words and a certificate', `words\n${AUTHORITY}`],
  ['a certificate and words', `${AUTHORITY}words\n`],
  ['a certificate behind a byte order mark', `\ufeff${AUTHORITY}`],
  ['nothing', '\n'],
])('an authority that is %s is refused', ([, pem = '']) => {
  expect(() => read('kubernetes', { details: { certificate_authority_data: base64(pem) } })).toThrow(
    'details.certificate_authority_data must be the base64 of certificates in PEM',
  );
});

test('several authorities, and none, are taken', () => {
  const two = base64(AUTHORITY + createAuthority().pem);
  expect(read('kubernetes', { details: { certificate_authority_data: two } }).details).toMatchObject({
    certificate_authority_data: two,
  });
  expect(read('kubernetes', { details: { certificate_authority_data: undefined } }).details).not.toHaveProperty(
    'certificate_authority_data',
  );
});

test.for(['', '\n', '\n\n'])('an authority with %j around it is taken', (around) => {
  const data = base64(around + AUTHORITY + around);
  expect(read('kubernetes', { details: { certificate_authority_data: data } }).details).toMatchObject({
    certificate_authority_data: data,
  });
});

test.for([
  'urn:somebodys:token-type:aws-role',
  'aws-role',
  'urn:buildpass:token-type:jwt',
  'urn:buildpass:token-type:constructor',
  'urn:buildpass:token-type:',
  'urn:ietf:params:oauth:token-type:id_token',
])('an answer of the kind %s is refused', (type) => {
  expect(() => read('jwt', {}, { issued_token_type: type })).toThrow(
    `issued_token_type "${type}" is of no kind that this version knows: it may be too old for this broker`,
  );
});

test('a token type that is not that of its kind is refused', () => {
  expect(() => read('aws-role', {}, { token_type: 'Bearer' })).toThrow(
    'token_type is Bearer, and N_A is that of aws-role',
  );
});
