// What Google Cloud must be told to trust an entitlement: pool and provider of workload identities, with a condition on exactly the
// subjects that use them, and the right of one subject to be the service account.
import { googleAudience } from '../providers/gcp-calls.ts';
import type { GcpCredentialsFileParameters } from '../providers/gcp-credentials-file.ts';
import {
  nameFor,
  requireHttps,
  type SetUp,
  sharing,
  sharingNotes,
  type TrustAsk,
  type Trusted,
} from './trust-set-up.ts';

interface Pool {
  /** number of the project */
  readonly project: string;
  readonly pool: string;
  readonly provider: string;
}

const ROLE = 'roles/iam.workloadIdentityUser';
const MAPPING = { 'google.subject': 'assertion.sub' };

export function trustGcp(ask: TrustAsk): SetUp {
  const { issuer, subject, parameters } = ask;
  requireHttps(issuer, 'Google Cloud');
  const { provider, 'service-account': account } = parameters as GcpCredentialsFileParameters;
  const sharers = sharing<GcpCredentialsFileParameters>(ask, (one) => one.provider === provider);
  const [, project = '', pool = '', name = ''] =
    /^projects\/([^/]+)\/.*\/workloadIdentityPools\/([^/]+)\/providers\/([^/]+)$/.exec(provider) ?? [];
  const where = { project, pool, provider: name };
  const audience = googleAudience(provider);
  const member = `principal://iam.googleapis.com/projects/${project}/locations/global/workloadIdentityPools/${pool}/subject/${subject}`;
  const condition = conditionOn(sharers);
  const settings = { issuer, audience, condition };
  return {
    audience,
    notes: [
      'Google reads the keys at the issuer itself: it must answer to the whole internet.',
      ...sharingNotes(`The condition of the provider "${name}"`, sharers, ask),
    ],
    placeholders: [],
    documents: {
      provider: {
        oidc: { issuerUri: issuer, allowedAudiences: [audience] },
        attributeMapping: MAPPING,
        attributeCondition: condition,
      },
      binding: { role: ROLE, members: [member] },
    },
    steps: [...poolSteps(where, settings), bindingStep(account, member)],
    terraform: [...poolBlocks(where, settings), bindingBlock(ask.scope, { account, member })],
  };
}

/** CEL. Subjects have no quotes and no backslashes. */
const conditionOn = (sharers: readonly Trusted[]): string =>
  sharers.length === 1
    ? `assertion.sub == "${sharers[0]?.subject}"`
    : `assertion.sub in [${sharers.map(({ subject }) => `"${subject}"`).join(', ')}]`;

interface Settings {
  readonly issuer: string;
  readonly audience: string;
  readonly condition: string;
}

/** By their whole names, since gcloud takes no number of a project as an option. */
function poolSteps({ project, pool, provider }: Pool, { issuer, audience, condition }: Settings): SetUp['steps'] {
  const pools = (...words: string[]): string[] => ['gcloud', 'iam', 'workload-identity-pools', ...words];
  const poolName = `projects/${project}/locations/global/workloadIdentityPools/${pool}`;
  const providerName = `${poolName}/providers/${provider}`;
  const settings = [
    `--issuer-uri=${issuer}`,
    `--allowed-audiences=${audience}`,
    '--attribute-mapping=google.subject=assertion.sub',
    `--attribute-condition=${condition}`,
  ];
  return [
    { why: `Once: the pool, in the project with the number ${project}.`, argv: pools('create', poolName) },
    { why: 'Once: the broker as provider of it.', argv: pools('providers', 'create-oidc', providerName, ...settings) },
    {
      why: 'Where the provider is there already: this replaces what it says.',
      argv: pools('providers', 'update-oidc', providerName, ...settings),
    },
  ];
}

const bindingStep = (account: string, member: string): SetUp['steps'][number] => ({
  why: 'This entitlement, and no other, may be the service account.',
  argv: [
    ...['gcloud', 'iam', 'service-accounts', 'add-iam-policy-binding', `projects/-/serviceAccounts/${account}`],
    ...[`--role=${ROLE}`, `--member=${member}`],
  ],
});

function poolBlocks({ project, pool, provider }: Pool, { issuer, audience, condition }: Settings): SetUp['terraform'] {
  return [
    {
      comment: 'Pool and provider once. Where they are there already, import them.',
      head: ['resource', 'google_iam_workload_identity_pool', 'buildpass'],
      body: { project, workload_identity_pool_id: pool },
    },
    {
      head: ['resource', 'google_iam_workload_identity_pool_provider', 'buildpass'],
      body: {
        project,
        workload_identity_pool_id: {
          expression: 'google_iam_workload_identity_pool.buildpass.workload_identity_pool_id',
        },
        workload_identity_pool_provider_id: provider,
        attribute_mapping: MAPPING,
        attribute_condition: condition,
      },
      blocks: [{ head: ['oidc'], body: { issuer_uri: issuer, allowed_audiences: [audience] } }],
    },
  ];
}

const bindingBlock = (
  scope: string,
  { account, member }: { account: string; member: string },
): SetUp['terraform'][number] => ({
  head: ['resource', 'google_service_account_iam_member', nameFor(scope)],
  body: { service_account_id: `projects/-/serviceAccounts/${account}`, role: ROLE, member },
});
