// The kinds `gcp-service-account`, `gcp-credentials-file` and `azure-app`. The broker's own JWT is what these clouds trust; these are the parameters, the
// offers that bound them, and the lifetimes that each side can keep.
import { z } from 'zod';
import { afterlifeOf } from '../../shared/afterlife.ts';
import { GREATEST_POWER } from '../policy/credential-power.ts';
import { oneOrMore, text } from '../policy/forms.ts';
import { defineKind, type Kind } from './kind-definition.ts';

const workloadIdentityProvider = text(
  /^projects\/[0-9]+\/locations\/global\/workloadIdentityPools\/[\w-]+\/providers\/[\w-]+$/,
  'a workload identity provider: projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER',
);
const serviceAccount = text(
  /^[a-z0-9-]{6,30}@([a-z0-9.-]+\.iam|developer|appspot)\.gserviceaccount\.com$/,
  'the e-mail address of a service account, such as shop-deploy@acme-shop.iam.gserviceaccount.com',
);

interface ServiceAccount {
  readonly provider: string;
  readonly 'service-account': string;
}

/** What bounds a service account, whatever a job gets of it. */
const SERVICE_ACCOUNT_REACH = [
  {
    ...({ parameter: 'provider', offer: 'providers', compare: 'whole' } as const),
    values: ({ provider }: ServiceAccount) => [provider],
  },
  {
    ...({ parameter: 'service-account', offer: 'service-accounts', compare: 'pattern' } as const),
    values: (given: ServiceAccount) => [given['service-account']],
  },
];

export const gcpServiceAccountKind: Kind = defineKind({
  kind: 'gcp-service-account',
  // An hour, or twelve where the organization's policy extends it; a token cannot be revoked by itself.
  lifetime: { min: 60, max: 43_200 },
  revocation: 'at-expiry',
  gives: (given) => `a token of ${given['service-account']} for ${given.scopes.join(', ')}`,
  power: () => ({ points: 12, sentence: 'it can do whatever its service account can within these scopes.' }),
  parameters: z.strictObject({
    provider: workloadIdentityProvider,
    'service-account': serviceAccount,
    scopes: oneOrMore(
      text(
        /^https:\/\/www\.googleapis\.com\/auth\/[\w.-]+$/,
        'a scope such as https://www.googleapis.com/auth/devstorage.read_write',
      ),
    ),
  }),
  reach: [
    ...SERVICE_ACCOUNT_REACH,
    { parameter: 'scopes', offer: 'scopes', compare: 'whole', values: ({ scopes }) => scopes },
  ],
});

const FILE = 'gcp-credentials-file';
const afterlife = afterlifeOf(FILE);

export const gcpCredentialsFileKind: Kind = defineKind({
  kind: FILE,
  // Our own JWT: Google takes none that lives longer than a day.
  lifetime: { min: 60, max: 86_400 },
  revocation: 'at-expiry',
  gives: (given) =>
    `a credentials file by which the job gets itself tokens of ${given['service-account']} from Google, of any scope, past the log, while its own token lives; ${afterlife}`,
  power: () => ({
    points: GREATEST_POWER,
    sentence: `the job gets itself tokens of its service account from Google, of any scope and past the log; ${afterlife}.`,
  }),
  parameters: z.strictObject({ provider: workloadIdentityProvider, 'service-account': serviceAccount }),
  reach: [...SERVICE_ACCOUNT_REACH],
});

const uuid = text(
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'an id such as 3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f, in lower case',
);

export const azureAppKind: Kind = defineKind({
  kind: 'azure-app',
  // Entra's tokens live 60 to 90 minutes whatever is asked, up to a day with continuous access evaluation; none can be revoked.
  lifetime: { min: 5_400, max: 86_400 },
  revocation: 'at-expiry',
  gives: (given) =>
    `a token of the app ${given['client-id']} for ${given.scope}, which lives as long as Entra says: 60 to 90 minutes`,
  power: () => ({ points: 12, sentence: 'it can do whatever its app can in Azure.' }),
  parameters: z.strictObject({
    tenant: uuid,
    'client-id': uuid,
    scope: text(
      /^[a-z][a-z0-9+.-]*:\/\/[^\s*]+\/\.default$/,
      'a scope that ends with /.default, such as https://management.azure.com/.default',
    ),
  }),
  reach: [
    { parameter: 'tenant', offer: 'tenants', compare: 'whole', values: ({ tenant }) => [tenant] },
    { parameter: 'client-id', offer: 'client-ids', compare: 'whole', values: (given) => [given['client-id']] },
    { parameter: 'scope', offer: 'scopes', compare: 'whole', values: ({ scope }) => [scope] },
  ],
});
