// What the broker answers for each kind of credential, as its members of the answer: for tests of whoever takes them.
import type { Issued } from '../../shared/api.ts';
import type { KindName } from '../../shared/issued-credential.ts';
import { createAuthority } from './certificates.ts';

interface Answer extends Pick<Issued, 'access_token' | 'issued_token_type' | 'token_type' | 'credential'> {
  readonly details: Record<string, string>;
}
type Strings = Readonly<Record<string, string>>;

/** Long enough for a leak of a part to be seen. */
export const VALUES: Readonly<Record<KindName, Strings>> = {
  jwt: { token: 'eyJqd3QtaGVhZGVyIjoxfQ.eyJqd3QtcGF5bG9hZCI6MX0.and-a-signature-of-some-length' },
  'github-token': { token: 'ghs_installationtokenofsomelength0123456789' },
  'aws-role': {
    aws_access_key_id: 'ASIAEXAMPLEKEYID0123456',
    aws_secret_access_key: 'secret/access+key/of+forty/characters+01',
    aws_session_token: 'FwoGZXIvYXdzEsession/token/of/some/length==',
  },
  'gcp-service-account': { access_token: 'ya29.an-access-token-of-some-length-0123456789' },
  'gcp-credentials-file': { token: 'eyJnY3AtaGVhZGVyIjoxfQ.eyJnY3AtcGF5bG9hZCI6MX0.google-signature-of-some-length' },
  'azure-app': { access_token: 'eyJhenVyZS1oZWFkZXIi.eyJhenVyZS1wYXlsb2FkIjox.azure-signature-of-some-length' },
  kubernetes: { token: 'eyJrOHMtaGVhZGVyIjoxfQ.eyJrOHMtcGF5bG9hZCI6MX0.kubernetes-signature-of-some-length' },
  'vault-secret': {
    'npm-token': 'npm_token_of_some_length_0123456789',
    'signing-key':
      '-----BEGIN KEY-----\nfirst-line-of-the-key-0123456789\nsecond-line-of-the-key-0123456\n-----END KEY-----',
  },
};

export const AUTHORITY = createAuthority().pem;

const DETAILS: Readonly<Record<KindName, Strings>> = {
  jwt: {},
  'github-token': { installation_id: '41234567', app_slug: 'acme-buildpass' },
  'aws-role': {
    aws_region: 'eu-west-1',
    aws_account_id: '111122223333',
    aws_role_arn: 'arn:aws:sts::111122223333:assumed-role/shop-deploy/buildpass-iss_1',
  },
  'gcp-service-account': {
    project_id: 'acme-search',
    service_account: 'search-deploy@acme-search.iam.gserviceaccount.com',
    provider: 'projects/1/locations/global/workloadIdentityPools/buildpass/providers/buildpass',
  },
  'gcp-credentials-file': {
    project_id: 'acme-search',
    service_account: 'search-deploy@acme-search.iam.gserviceaccount.com',
    provider: 'projects/1/locations/global/workloadIdentityPools/buildpass/providers/buildpass',
    token_url: 'https://sts.googleapis.com/v1/token',
    impersonation_url:
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/search-deploy@acme-search.iam.gserviceaccount.com:generateAccessToken',
  },
  'azure-app': {
    tenant_id: '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f',
    client_id: '7c2a9e10-52b4-4f7c-8a53-1b8f0e6d9a42',
    scope: 'https://management.azure.com/.default',
  },
  kubernetes: {
    server: 'https://cluster-eu.example.com:6443',
    namespace: 'payments',
    cluster: 'cluster-eu',
    certificate_authority_data: Buffer.from(AUTHORITY).toString('base64'),
  },
  'vault-secret': { upstream: 'vault-prod' },
};

export const KINDS = Object.keys(VALUES) as readonly KindName[];

export interface Differing {
  /** undefined leaves a member out */
  readonly values?: Readonly<Record<string, string | undefined>>;
  readonly details?: Readonly<Record<string, string | undefined>>;
}

/** The right answer, but for what differs. */
export function answerOf(kind: KindName, differing: Differing = {}): Answer {
  const credential = given({ ...VALUES[kind], ...differing.values });
  const several = kind === 'aws-role' || kind === 'vault-secret';
  return {
    access_token: several ? JSON.stringify(credential) : (credential['token'] ?? credential['access_token'] ?? 'none'),
    issued_token_type:
      kind === 'jwt' ? 'urn:ietf:params:oauth:token-type:access_token' : `urn:buildpass:token-type:${kind}`,
    token_type: several ? 'N_A' : 'Bearer',
    credential,
    details: given({ ...DETAILS[kind], ...differing.details }),
  };
}

const given = (members: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).filter((member): member is [string, string] => member[1] !== undefined));
