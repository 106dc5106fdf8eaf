// The outputs of the action (action.yml), by name: the one list of them. A value of a vault becomes an output under a name that the
// policy gives it, and must not pass for one of these.

/** Of every credential. */
const OF_EACH = [
  'token',
  'expires-at',
  'issuance-id',
  'request-id',
  'request-url',
  'lease-id',
  'log-index',
  'assurance',
  'token-hash',
  'receipt',
] as const;

/** In the spelling that the ecosystem's own action uses. */
const OF_SOME_KIND = [
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'aws-expiration',
  'aws-region',
  'aws-account-id',
  'authenticated-arn',
  'access_token',
  'project_id',
  'credentials_file_path',
  'installation-id',
  'app-slug',
  'client-id',
  'tenant-id',
  'kubeconfig',
] as const;

export const OUR_OUTPUTS: readonly string[] = [...OF_EACH, ...OF_SOME_KIND];
export type OutputOfEach = (typeof OF_EACH)[number];
export type OutputOfKind = (typeof OF_SOME_KIND)[number];

/** Whether a value of a vault may become an output of this name. */
export const isVaultOutput = (name: string): boolean => /^[a-z0-9-]{1,40}$/.test(name) && !OUR_OUTPUTS.includes(name);
