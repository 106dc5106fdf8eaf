// A credential in the words of its ecosystem: the names that other actions and programs look for.
import { expect, test } from 'vitest';
import { type KindName, readCredential } from '../../shared/issued-credential.ts';
import { type Beside, inTheirWords } from '../../shared/their-words.ts';
import { answerOf, type Differing, VALUES } from '../support/kind-answers.ts';

const EXPIRES_AT = '2026-11-22T12:00:00Z';
const wordsOf = (kind: KindName, beside: Partial<Beside> = {}, differing: Differing = {}) =>
  inTheirWords(readCredential(answerOf(kind, differing) as never), { expiresAt: EXPIRES_AT, ...beside });

test('keys of AWS', () => {
  const values = VALUES['aws-role'];
  expect(wordsOf('aws-role')).toStrictEqual({
    outputs: {
      'aws-access-key-id': values['aws_access_key_id'],
      'aws-secret-access-key': values['aws_secret_access_key'],
      'aws-session-token': values['aws_session_token'],
      'aws-expiration': EXPIRES_AT,
      'aws-region': 'eu-west-1',
      'aws-account-id': '111122223333',
      'authenticated-arn': 'arn:aws:sts::111122223333:assumed-role/shop-deploy/buildpass-iss_1',
    },
    variables: {
      AWS_ACCESS_KEY_ID: values['aws_access_key_id'],
      AWS_SECRET_ACCESS_KEY: values['aws_secret_access_key'],
      AWS_SESSION_TOKEN: values['aws_session_token'],
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    },
  });
});

test('a token of a Google account', () => {
  const { access_token: token } = VALUES['gcp-service-account'];
  expect(wordsOf('gcp-service-account')).toStrictEqual({
    outputs: { access_token: token, project_id: 'acme-search' },
    variables: {
      CLOUDSDK_AUTH_ACCESS_TOKEN: token,
      GOOGLE_OAUTH_ACCESS_TOKEN: token,
      CLOUDSDK_CORE_PROJECT: 'acme-search',
      CLOUDSDK_PROJECT: 'acme-search',
      GCLOUD_PROJECT: 'acme-search',
      GCP_PROJECT: 'acme-search',
      GOOGLE_CLOUD_PROJECT: 'acme-search',
    },
  });
});

test('a token of a Google account whose address says no project is handed on without one', () => {
  const { access_token: token } = VALUES['gcp-service-account'];
  expect(wordsOf('gcp-service-account', { expiresAt: 'never' }, { details: { project_id: undefined } })).toStrictEqual({
    outputs: { access_token: token },
    variables: { CLOUDSDK_AUTH_ACCESS_TOKEN: token, GOOGLE_OAUTH_ACCESS_TOKEN: token },
  });
});

test('a credentials file of Google, by the file that was written for it', () => {
  expect(wordsOf('gcp-credentials-file', { file: '/tmp/google.json' })).toStrictEqual({
    outputs: { credentials_file_path: '/tmp/google.json', project_id: 'acme-search' },
    variables: {
      GOOGLE_APPLICATION_CREDENTIALS: '/tmp/google.json',
      CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: '/tmp/google.json',
      GOOGLE_GHA_CREDS_PATH: '/tmp/google.json',
      CLOUDSDK_CORE_PROJECT: 'acme-search',
      CLOUDSDK_PROJECT: 'acme-search',
      GCLOUD_PROJECT: 'acme-search',
      GCP_PROJECT: 'acme-search',
      GOOGLE_CLOUD_PROJECT: 'acme-search',
    },
  });
  expect(wordsOf('gcp-credentials-file', {}, { details: { project_id: undefined } })).toStrictEqual({
    outputs: { credentials_file_path: '' },
    variables: {},
  });
});

test('a token of GitHub, which does not take the place of the job’s own', () => {
  expect(wordsOf('github-token')).toStrictEqual({
    outputs: { 'installation-id': '41234567', 'app-slug': 'acme-buildpass' },
    variables: { GH_TOKEN: VALUES['github-token']['token'] },
  });
});

test('a token of Azure, in no variable', () => {
  expect(wordsOf('azure-app')).toStrictEqual({
    outputs: {
      'client-id': '7c2a9e10-52b4-4f7c-8a53-1b8f0e6d9a42',
      'tenant-id': '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f',
    },
    variables: {},
  });
});

test('access to a cluster, by the file that was written for it', () => {
  expect(wordsOf('kubernetes', { file: '/tmp/kubeconfig' })).toStrictEqual({
    outputs: { kubeconfig: '/tmp/kubeconfig' },
    variables: { KUBECONFIG: '/tmp/kubeconfig' },
  });
  expect(wordsOf('kubernetes')).toStrictEqual({ outputs: { kubeconfig: '' }, variables: {} });
});

test('values of a vault, each by the name that the policy gave it, and in no variable that steers programs', () => {
  const values = { 'npm-token': 'npm_token_of_some_length', path: '/tmp/evil' };
  const answer = { ...answerOf('vault-secret'), access_token: JSON.stringify(values), credential: values };
  expect(inTheirWords(readCredential(answer as never), { expiresAt: 'never' })).toStrictEqual({
    outputs: values,
    variables: { NPM_TOKEN: 'npm_token_of_some_length' },
  });
});

test('a token of the broker’s own, with nothing of anybody else', () => {
  expect(wordsOf('jwt')).toStrictEqual({ outputs: {}, variables: {} });
});
