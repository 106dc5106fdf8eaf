// What `providers.ts` measures: an entitlement of each kind, each the plainest of its kind, and where the broker finds the other sides.
import { AZURE_CLIENT, AZURE_SCOPE, AZURE_TENANT } from '../support/entra-double.ts';
import { APP_ID } from '../support/github-installations.ts';
import { GCP_ACCOUNT, GCP_PROVIDER } from '../support/google-double.ts';

export interface Addresses {
  /** where the keys of the broker are published */
  readonly issuer: string;
  readonly aws: string;
  readonly google: string;
  readonly entra: string;
  readonly vault: string;
  readonly github: string;
  /** port of a server that does nothing */
  readonly bare: number;
  /** the same over TLS, as `localhost` */
  readonly secure: { readonly port: number; readonly authorities: string };
}

/** The one that GitHub's double knows. */
export const REPOSITORY = '456789';
export const AWS_ROLE = 'arn:aws:iam::111122223333:role/ci/shop-deploy';
export const VAULT_PATH = 'database/creds/shop';
const GCP_SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

interface Kind {
  readonly ttl: string;
  readonly credential: string;
  /** undefined where a project needs none */
  readonly offer?: string;
}

/** Entitlements have the names of their kinds. */
const KINDS: Readonly<Record<string, Kind>> = {
  jwt: { ttl: '10m', credential: 'audience: https://a.example.com', offer: 'audiences: [ https://a.example.com ]' },
  kubernetes: {
    ttl: '10m',
    credential: 'upstream: cluster, audience: cluster, namespace: shop',
    offer: 'upstreams: [ cluster ], audiences: [ cluster ], namespaces: [ shop ]',
  },
  'aws-role': { ttl: '15m', credential: `role: "${AWS_ROLE}", region: eu-west-1`, offer: `roles: [ "${AWS_ROLE}" ]` },
  'azure-app': {
    ttl: '90m',
    credential: `tenant: ${AZURE_TENANT}, client-id: ${AZURE_CLIENT}, scope: ${AZURE_SCOPE}`,
    offer: `tenants: [ ${AZURE_TENANT} ], client-ids: [ ${AZURE_CLIENT} ], scopes: [ ${AZURE_SCOPE} ]`,
  },
  'gcp-service-account': {
    ttl: '15m',
    credential: `provider: ${GCP_PROVIDER}, service-account: ${GCP_ACCOUNT}, scopes: [ ${GCP_SCOPE} ]`,
    offer: `providers: [ ${GCP_PROVIDER} ], service-accounts: [ ${GCP_ACCOUNT} ], scopes: [ ${GCP_SCOPE} ]`,
  },
  'gcp-credentials-file': {
    ttl: '15m',
    credential: `provider: ${GCP_PROVIDER}, service-account: ${GCP_ACCOUNT}`,
    offer: `providers: [ ${GCP_PROVIDER} ], service-accounts: [ ${GCP_ACCOUNT} ]`,
  },
  'github-token': { ttl: '10m', credential: 'repositories: [ octo-org/octo-repo ], permissions: { contents: write }' },
  'vault-secret': {
    ttl: '15m',
    credential: `upstream: vault-prod, role: shop, path: ${VAULT_PATH}, values: { db-user: username, db-password: password }`,
    offer: `upstreams: [ vault-prod ], roles: [ shop ], paths: [ ${VAULT_PATH} ]`,
  },
};

export const KIND_NAMES = Object.keys(KINDS);

export const subjectOf = (kind: string): string => `project:shop:entitlement:${kind}`;

const entries = Object.entries(KINDS);

/** In the place of the shop of `serve-process.ts`, and of its organization. */
export const POLICIES = [
  {
    file: 'shop.yaml',
    text: `project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "${REPOSITORY}" } ]
entitlements:
${entries.map(([kind, { ttl, credential }]) => `  ${kind}: { risk: low, credential: { kind: ${kind}, ${credential} }, ttl: ${ttl}, allow: [ { branch: main } ] }`).join('\n')}
`,
  },
  {
    file: '_organization.yaml',
    text: `teams: { octo-org/platform: { github: "4710" } }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
${entries.flatMap(([kind, { offer }]) => (offer === undefined ? [] : `      - { kind: ${kind}, ${offer} }`)).join('\n')}
`,
  },
];

/** Keys of the configuration. */
export const configOf = ({ issuer, aws, google, entra, vault, github }: Addresses, directory: string): string => `
issuer: ${issuer}
upstreams:
  vault-prod: { kind: vault, url: "${vault}", audience: vault-prod }
  cluster: { kind: kubernetes, url: https://cluster.example.com, audience: cluster }
clouds:
  aws: { sts-url: "${aws}" }
  google: { sts-url: "${google}/sts", iam-credentials-url: "${google}/iam" }
  azure: { login-url: "${entra}" }
github: { api-url: "${github}", app-id: "${APP_ID}", private-key-file: ${directory}/app.pem }
limits: { requests-per-repository: 1000000/s, refused-share: 1 }
log: { anchor-file: ./anchor }`;
