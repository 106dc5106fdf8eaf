// Google's file of type `external_account` (AIP-4117): by it a library trades the token that lies beside it for one of the service
// account, as often as it needs one. It holds no secret; that is in the file that it names.
import type { IssuedCredential } from './issued-credential.ts';

export function googleCredentialsOf(
  { details }: Extract<IssuedCredential, { kind: 'gcp-credentials-file' }>,
  tokenFile: string,
): string {
  const credentials = {
    type: 'external_account',
    audience: `//iam.googleapis.com/${details.provider}`,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: details.token_url,
    service_account_impersonation_url: details.impersonation_url,
    credential_source: { file: tokenFile, format: { type: 'text' } },
  };
  return `${JSON.stringify(credentials, null, 2)}\n`;
}
