// A project that deploys to Google Cloud and to Azure, and a broker whose clouds are doubles that trust its issuer.
import type { BrokerTrust } from './broker-trust.ts';
import { AZURE_CLIENT, AZURE_SCOPE, AZURE_TENANT, type EntraDouble, startEntraDouble } from './entra-double.ts';
import { GCP_ACCOUNT, GCP_PROVIDER, type GoogleDouble, startGoogleDouble } from './google-double.ts';
import { BROKER_URL, type TestBroker, type TestBrokerOptions } from './test-broker.ts';

export const GCP_SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

const ORGANIZATION = `
teams: { octo-org/platform: { github: "4710" } }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - kind: gcp-service-account
        providers: [${GCP_PROVIDER}]
        service-accounts: ["shop-*@acme-shop.iam.gserviceaccount.com"]
        scopes: [${GCP_SCOPE}]
      - { kind: gcp-credentials-file, providers: [${GCP_PROVIDER}], service-accounts: ["shop-*@acme-shop.iam.gserviceaccount.com"] }
      - { kind: azure-app, tenants: [${AZURE_TENANT}], client-ids: [${AZURE_CLIENT}], scopes: [${AZURE_SCOPE}] }
`;

const entitlement = (name: string, ttl: string, credential: string): string => `
  ${name}:
    title: Deploy
    risk: low
    credential: ${credential}
    ttl: ${ttl}
    allow: [ { branch: main, event: push } ]`;

const gcp = (parameters: string): string => `{ kind: gcp-service-account, provider: ${GCP_PROVIDER}, ${parameters} }`;
const gcpFile = `{ kind: gcp-credentials-file, provider: ${GCP_PROVIDER}, service-account: ${GCP_ACCOUNT} }`;
const azure = (parameters: string): string => `{ kind: azure-app, tenant: ${AZURE_TENANT}, ${parameters} }`;

/** The project, with one line written otherwise. */
export const cloudPolicies = (line = '', other = ''): Record<string, string> => ({
  '_organization.yaml': ORGANIZATION,
  'shop.yaml': `
project: shop
title: Web shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${[
    entitlement('deploy', '15m', gcp(`service-account: ${GCP_ACCOUNT}, scopes: [${GCP_SCOPE}]`)),
    entitlement('deploy-file', '15m', gcpFile),
    entitlement('deploy-azure', '90m', azure(`client-id: ${AZURE_CLIENT}, scope: ${AZURE_SCOPE}`)),
  ].join('')}
`.replace(line, other),
});

export interface CloudStory {
  readonly broker: TestBroker;
  readonly google: GoogleDouble;
  readonly entra: EntraDouble;
}

/** What `start` makes of the options is a broker; the clouds find its keys where it really is. */
export async function startClouds<T extends { readonly broker: TestBroker }>(
  start: (options: TestBrokerOptions) => Promise<T>,
  { now, ...options }: TestBrokerOptions & { readonly now?: () => number } = {},
): Promise<T & Omit<CloudStory, 'broker'>> {
  let world: T | undefined;
  const servedAt = (): string => world?.broker.origin ?? '';
  const trust: BrokerTrust = { issuer: BROKER_URL, servedAt, ...(now === undefined ? {} : { now }) };
  const [google, entra] = [await startGoogleDouble(trust), await startEntraDouble(trust)];
  entra.app.federated.subject = 'project:shop:entitlement:deploy-azure';
  const clouds = { ...google.clouds, ...entra.clouds };
  const clock = now === undefined ? {} : { clock: { now } };
  world = await start({ policies: cloudPolicies(), clouds, background: 'by-hand', ...clock, ...options });
  return { ...world, google, entra };
}
