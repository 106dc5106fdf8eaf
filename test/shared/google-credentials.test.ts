import { expect, test } from 'vitest';
import { googleCredentialsOf } from '../../shared/google-credentials.ts';
import { readCredential } from '../../shared/issued-credential.ts';
import { answerOf } from '../support/kind-answers.ts';

test('the file of Google names the token that lies beside it, and where it is traded for which account', () => {
  const credential = readCredential(answerOf('gcp-credentials-file') as never);
  expect(googleCredentialsOf(credential as Parameters<typeof googleCredentialsOf>[0], '/tmp/token')).toBe(
    `${JSON.stringify(
      {
        type: 'external_account',
        audience:
          '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/buildpass/providers/buildpass',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: 'https://sts.googleapis.com/v1/token',
        service_account_impersonation_url:
          'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/search-deploy@acme-search.iam.gserviceaccount.com:generateAccessToken',
        credential_source: { file: '/tmp/token', format: { type: 'text' } },
      },
      null,
      2,
    )}\n`,
  );
});
