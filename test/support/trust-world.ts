// Policies of every kind that another system must trust, and a configuration with the upstreams that they name: what `trust` reads.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildpass, type Ran } from './command-line.ts';
import { temporaryDirectory } from './config-file.ts';

const POOL = 'projects/123456789012/locations/global/workloadIdentityPools/ci/providers';

const ORGANIZATION = `
teams:
  acme/platform: { github: "4710" }
projects:
  shop:
    owner: acme/platform
    may-offer:
      - { kind: jwt, audiences: [ https://previews.example.com ] }
`;

const OFFERS = `
      - { kind: aws-role, roles: [ "arn:aws*:iam::111122223333:role/**" ], tags: [ team=** ], source-identities: [ shop ], audiences: [ https://aws.example.com ] }
      - { kind: gcp-service-account, providers: [ ${POOL}/buildpass ], service-accounts: [ "*@acme-shop.iam.gserviceaccount.com" ], scopes: [ https://www.googleapis.com/auth/cloud-platform ] }
      - { kind: azure-app, tenants: [ 3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f ], client-ids: [ 7c2a9e10-52b4-4f7c-8a53-1b8f0e6d9a42 ], scopes: [ https://management.azure.com/.default ] }
      - { kind: vault-secret, upstreams: [ vault-prod ], roles: [ "shop*" ], paths: [ "**" ] }
      - { kind: kubernetes, upstreams: [ cluster-eu ], audiences: [ https://cluster-eu.example.com ], namespaces: [ shop ] }
`;

const project = (name: string, entitlements: string): string => `
project: ${name}
owner: acme/platform
repositories:
  - { name: acme/${name}, id: "2001" }
entitlements:
${entitlements}`;

const entitlement = (name: string, credential: string, ttl = '15m'): string =>
  `  ${name}: { risk: high, credential: ${credential}, ttl: ${ttl}, allow: [ { branch: main } ] }\n`;

const SHOP = project(
  'shop',
  [
    entitlement('preview', '{ kind: jwt, audience: https://previews.example.com }'),
    entitlement(
      'deploy',
      '{ kind: aws-role, role: "arn:aws:iam::111122223333:role/ci/shop-deploy", region: eu-west-1 }',
    ),
    entitlement(
      'tagged',
      `{ kind: aws-role, role: "arn:aws-cn:iam::111122223333:role/shop-tagged", region: cn-north-1, audience: https://aws.example.com, tags: { team: shop }, source-identity: shop }`,
      '4h',
    ),
    entitlement('plan', '{ kind: aws-role, role: "arn:aws:iam::111122223333:role/shared", region: eu-west-1 }'),
    entitlement('apply', '{ kind: aws-role, role: "arn:aws:iam::111122223333:role/shared", region: eu-west-1 }'),
    entitlement(
      'gcp',
      `{ kind: gcp-service-account, provider: ${POOL}/buildpass, service-account: shop-deploy@acme-shop.iam.gserviceaccount.com, scopes: [ https://www.googleapis.com/auth/cloud-platform ] }`,
    ),
    entitlement(
      'azure',
      '{ kind: azure-app, tenant: 3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f, client-id: 7c2a9e10-52b4-4f7c-8a53-1b8f0e6d9a42, scope: https://management.azure.com/.default }',
      '90m',
    ),
    entitlement(
      'database',
      '{ kind: vault-secret, upstream: vault-prod, role: shop-tests, path: database/creds/shop-read, values: { db-user: username } }',
      '1h',
    ),
    entitlement(
      'key',
      '{ kind: vault-secret, upstream: vault-prod, role: shop-both, path: kv/data/shop, values: { api-key: key } }',
    ),
    entitlement(
      'more',
      '{ kind: vault-secret, upstream: vault-prod, role: shop-both, path: kv/data/more, values: { api-key: key } }',
    ),
    entitlement(
      'cluster',
      '{ kind: kubernetes, upstream: cluster-eu, audience: https://cluster-eu.example.com, namespace: shop }',
    ),
  ].join(''),
);

const config = (issuer: string): string => `
url: https://buildpass.example.com
issuer: ${issuer}
store: sqlite:./data/buildpass.db
policies: { directory: ./policies }
issuers:
  github: { kind: github, url: https://token.actions.githubusercontent.com, owners: { acme: "1001" } }
upstreams:
  vault-prod: { kind: vault, url: https://vault.example.com:8200, audience: vault-prod }
  cluster-eu: { kind: kubernetes, url: https://k8s.example.com:6443, audience: https://cluster-eu.example.com }
keys: { encryption-key-file: ./kek }
log: { anchor-file: ./anchor }
`;

export interface TrustWorld {
  readonly directory: string;
  /** `buildpass trust …`, with the configuration */
  trust(...words: readonly string[]): Promise<Ran>;
}

export async function openTrustWorld(issuer = 'https://keys.example.com'): Promise<TrustWorld> {
  const directory = await temporaryDirectory();
  const files = {
    'buildpass.yaml': config(issuer),
    'policies/_organization.yaml': `${ORGANIZATION.trimEnd()}${OFFERS}`,
    'policies/shop.yaml': SHOP,
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), text);
  }
  return {
    directory,
    trust: (...words) => buildpass('trust', ...words, '--config', join(directory, 'buildpass.yaml')),
  };
}
