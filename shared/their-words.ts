// A credential in the words of its ecosystem: the outputs and the variables that its other actions and programs know. The names are
// fixed here; an answer chooses none, but for the values of a vault, which the policy names.
import type { OutputOfKind } from './action-outputs.ts';
import type { IssuedCredential } from './issued-credential.ts';
import { vaultVariable } from './vault-variable.ts';

type Words = Readonly<Record<string, string>>;

export interface TheirWords {
  /** beyond those of every credential */
  readonly outputs: Words;
  readonly variables: Words;
}

export interface Beside {
  /** ISO 8601, or `never` */
  readonly expiresAt: string;
  /** the file that kubeconfigOf was written to, or googleCredentialsOf */
  readonly file?: string | undefined;
}

type Known = Readonly<Partial<Record<OutputOfKind, string>>>;
type Of<K extends IssuedCredential['kind']> = Extract<IssuedCredential, { kind: K }>;

export function inTheirWords(issued: IssuedCredential, { expiresAt, file = '' }: Beside): TheirWords {
  switch (issued.kind) {
    case 'aws-role':
      return ofAws(issued, expiresAt);
    case 'gcp-service-account':
      return ofGoogle(issued);
    case 'gcp-credentials-file':
      return ofGoogleFile(issued, file);
    case 'github-token': {
      const { installation_id: id, app_slug: slug } = issued.details;
      const outputs: Known = { 'installation-id': id, 'app-slug': slug };
      // Not GITHUB_TOKEN: that is the job's own token to many an action, and gh takes GH_TOKEN before it.
      return { outputs, variables: { GH_TOKEN: issued.credential.token } };
    }
    case 'azure-app': {
      const { client_id: id, tenant_id: tenant } = issued.details;
      const outputs: Known = { 'client-id': id, 'tenant-id': tenant };
      // No variable: Azure's programs read no token from one, and AZURE_CLIENT_ID would choose among a machine's own identities.
      return { outputs, variables: {} };
    }
    case 'kubernetes': {
      const outputs: Known = { kubeconfig: file };
      return { outputs, variables: file === '' ? {} : { KUBECONFIG: file } };
    }
    case 'vault-secret':
      return { outputs: issued.credential, variables: variablesOf(issued.credential) };
    case 'jwt':
      return { outputs: {}, variables: {} };
  }
}

function ofAws({ credential, details }: Of<'aws-role'>, expiresAt: string): TheirWords {
  const outputs: Known = {
    'aws-access-key-id': credential.aws_access_key_id,
    'aws-secret-access-key': credential.aws_secret_access_key,
    'aws-session-token': credential.aws_session_token,
    'aws-expiration': expiresAt,
    'aws-region': details.aws_region,
    'aws-account-id': details.aws_account_id,
    ...(details.aws_role_arn === undefined ? {} : { 'authenticated-arn': details.aws_role_arn }),
  };
  const variables = {
    AWS_ACCESS_KEY_ID: credential.aws_access_key_id,
    AWS_SECRET_ACCESS_KEY: credential.aws_secret_access_key,
    AWS_SESSION_TOKEN: credential.aws_session_token,
    AWS_REGION: details.aws_region,
    AWS_DEFAULT_REGION: details.aws_region,
  };
  return { outputs, variables };
}

function ofGoogle({ credential, details }: Of<'gcp-service-account'>): TheirWords {
  const { access_token: token } = credential;
  // gcloud, gsutil and bq read the first, Terraform the second; client libraries read neither.
  const variables = { CLOUDSDK_AUTH_ACCESS_TOKEN: token, GOOGLE_OAUTH_ACCESS_TOKEN: token };
  return withProject(details, { outputs: { access_token: token }, variables });
}

function ofGoogleFile({ details }: Of<'gcp-credentials-file'>, file: string): TheirWords {
  // Client libraries read the first, gcloud the second, and actions of Google the third.
  const variables = {
    GOOGLE_APPLICATION_CREDENTIALS: file,
    CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: file,
    GOOGLE_GHA_CREDS_PATH: file,
  };
  return withProject(details, { outputs: { credentials_file_path: file }, variables: file === '' ? {} : variables });
}

/** The address of some accounts does not say their project. */
function withProject(
  { project_id: project }: { readonly project_id?: string | undefined },
  { outputs, variables }: { readonly outputs: Known; readonly variables: Words },
): TheirWords {
  if (project === undefined) return { outputs, variables };
  const known: Known = { ...outputs, project_id: project };
  const ofProject = {
    CLOUDSDK_CORE_PROJECT: project,
    CLOUDSDK_PROJECT: project,
    GCLOUD_PROJECT: project,
    GCP_PROJECT: project,
    GOOGLE_CLOUD_PROJECT: project,
  };
  return { outputs: known, variables: { ...variables, ...ofProject } };
}

/** Without those that must not be variables: whoever was asked for variables says so first. */
function variablesOf(values: Words): Words {
  return Object.fromEntries(
    Object.entries(values).flatMap(([output, value]) => {
      const name = vaultVariable(output);
      return name === undefined ? [] : [[name, value]];
    }),
  );
}
