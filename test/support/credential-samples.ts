// For each kind of credential: right parameters and an offer that takes them, and what is wrong where some differ.
import { type CredentialKind, credentialKinds, type Offers } from '../../broker/providers/credential-kinds.ts';
import type { Yaml } from './build-policy.ts';

export const kinds = credentialKinds(['jwt']);

export function kindOf(name: string): CredentialKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

const GCP_PROVIDER = 'projects/1/locations/global/workloadIdentityPools/pool/providers/broker';
export const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
export const TENANT = '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f';
const CLIENT = '00000000-0000-4000-8000-000000000001';

/** For each kind: parameters that are right, and an offer that takes them. */
const RIGHT: Readonly<Record<string, { parameters: Yaml; offer: Yaml }>> = {
  jwt: {
    parameters: { audience: 'https://a.example.com', claims: { action: 'deploy' }, algorithm: 'RS256' },
    offer: { audiences: ['https://a.example.com'], claims: ['action'] },
  },
  'github-token': {
    parameters: { repositories: ['acme/libs'], permissions: { contents: 'read' } },
    offer: { repositories: [{ name: 'acme/libs', id: '2002' }], permissions: { contents: 'write' } },
  },
  'aws-role': {
    parameters: {
      role: 'arn:aws:iam::111122223333:role/shop-deploy',
      region: 'eu-west-1',
      'session-policy': { Version: '2012-10-17' },
      tags: { team: 'shop' },
      'source-identity': 'shop',
    },
    offer: { roles: ['arn:aws:iam::111122223333:role/shop-*'], tags: ['team=shop'], 'source-identities': ['shop'] },
  },
  'gcp-service-account': {
    parameters: { provider: GCP_PROVIDER, 'service-account': 'deploy@shop-1.iam.gserviceaccount.com', scopes: [SCOPE] },
    offer: { providers: [GCP_PROVIDER], 'service-accounts': ['*@shop-1.iam.gserviceaccount.com'], scopes: [SCOPE] },
  },
  'gcp-credentials-file': {
    parameters: { provider: GCP_PROVIDER, 'service-account': 'deploy@shop-1.iam.gserviceaccount.com' },
    offer: { providers: [GCP_PROVIDER], 'service-accounts': ['*@shop-1.iam.gserviceaccount.com'] },
  },
  'azure-app': {
    parameters: { tenant: TENANT, 'client-id': CLIENT, scope: 'https://management.azure.com/.default' },
    offer: { tenants: [TENANT], 'client-ids': [CLIENT], scopes: ['https://management.azure.com/.default'] },
  },
  'vault-secret': {
    parameters: { upstream: 'vault-prod', role: 'shop', path: 'kv/data/shop', values: { 'npm-token': 'token' } },
    offer: { upstreams: ['vault-prod'], roles: ['shop'], paths: ['kv/data/*'] },
  },
  kubernetes: {
    parameters: { upstream: 'cluster-eu', audience: 'https://k8s.example.com', namespace: 'shop-prod' },
    offer: { upstreams: ['cluster-eu'], audiences: ['https://k8s.example.com'], namespaces: ['shop-*'] },
  },
};
export const EACH = Object.entries(RIGHT).map(([name, { parameters, offer }]) => ({ name, parameters, offer }));

export function offersOf(name: string, offers: readonly Yaml[]): Offers {
  const offered = offers.map((offer) => {
    const parsed = kindOf(name).parseOffer(offer);
    if (!parsed.ok) throw new Error(`no offer: ${JSON.stringify(parsed)}`);
    return parsed.value;
  });
  return {
    repositories: [{ name: 'acme/shop', issuer: 'github', id: '2001' }],
    offered,
    vouched: { ids: [], where: 'repositories' },
    upstreams: new Map([
      ['vault-prod', 'vault'],
      ['vault-test', 'vault'],
      ['cluster-eu', 'kubernetes'],
    ]),
    where: 'may-offer',
  };
}

/** What is wrong with the right parameters of a kind where some differ, under one offer or others. */
export function problems(
  name: string,
  differing: Yaml = {},
  offers: readonly Yaml[] = [RIGHT[name]?.offer ?? {}],
): readonly string[] {
  const parameters = Object.fromEntries(
    Object.entries({ ...RIGHT[name]?.parameters, ...differing }).filter(([, value]) => value !== undefined),
  );
  const parsed = kindOf(name).parse(parameters, offersOf(name, offers));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

export const offerProblems = (name: string, offer: Yaml): readonly string[] => {
  const parsed = kindOf(name).parseOffer(offer);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
