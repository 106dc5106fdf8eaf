// What an earlier step, or the machine, may have left in the environment that programs of the same ecosystem take instead of the
// variables of `export-env`. It can't be unset for later steps, so it is said.
import type { KindName } from '../shared/issued-credential.ts';
import type { Job } from './job.ts';

const OTHERS: Readonly<Partial<Record<KindName, readonly string[]>>> = {
  'aws-role': [
    'AWS_PROFILE',
    'AWS_DEFAULT_PROFILE',
    // botocore takes it before AWS_SESSION_TOKEN.
    'AWS_SECURITY_TOKEN',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
  ],
  // gcloud takes a token before the file, and Terraform its own variables.
  'gcp-credentials-file': [
    'CLOUDSDK_AUTH_ACCESS_TOKEN',
    'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE',
    'GOOGLE_CREDENTIALS',
    'GOOGLE_OAUTH_ACCESS_TOKEN',
  ],
  'gcp-service-account': [
    'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE',
    'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GOOGLE_CREDENTIALS',
  ],
};

export function warnOfOthers({ environment, log }: Job, kind: KindName): void {
  const set = (OTHERS[kind] ?? []).filter((name) => environment[name]);
  if (set.length === 0) return;
  const [are, them] = set.length === 1 ? ['is', 'it'] : ['are', 'them'];
  log.warning(
    'Another credential is in the environment, too',
    `${set.join(', ')} ${are} set in this job: some programs take ${them} before what export-env set.`,
    `Take ${them} out of the job, or of the step before that sets ${them}.`,
  );
}
