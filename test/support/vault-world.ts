// A vault-secret provider before a vault that trusts it: one role for each thing that can lie behind a path.
import { type Clock, systemClock } from '../../broker/clock.ts';
import type { Credential, Grant } from '../../broker/model.ts';
import type { CredentialProvider } from '../../broker/providers/provider.ts';
import { vaultSecretProvider } from '../../broker/providers/vault-secret.ts';
import { createUpstreamFetch } from '../../broker/upstream/fetch.ts';
import { buildGrant, buildKeys } from './build-grant.ts';
import { startIssuerSite } from './issuer-site.ts';
import { startVault, type VaultDouble, type VaultOptions, type VaultRole } from './vault-double.ts';

const SUBJECT = 'project:shop:entitlement:deploy';
const ENGINES = {
  kv2: {
    'kv/data/shop': {
      version: 3,
      fields: { key: 'a-static-value', port: 5432, on: true, none: '', list: ['a'], binary: 'a\0b' },
    },
    'kv/data/gone': { version: 4, fields: null },
  },
  kv1: { 'old/shop': { key: 'an-older-value', certificate: 'PEM', expiration: 4_000_000_000 } },
  database: { 'database/creds/shop': 900 },
  pki: {
    'pki/issue/web': { domain: 'example.com', maxTtl: 86_400 },
    'pki/issue/leased': { domain: 'example.com', maxTtl: 86_400, leases: true },
  },
  ssh: { 'ssh/issue/deploy': 3600 },
} as const;
const READ = [...Object.keys(ENGINES.kv2), ...Object.keys(ENGINES.kv1), ...Object.keys(ENGINES.database)];
const UPDATE = [...Object.keys(ENGINES.pki), ...Object.keys(ENGINES.ssh)];
const PATHS = Object.fromEntries([...READ.map((path) => [path, 'read']), ...UPDATE.map((path) => [path, 'update'])]);

export interface VaultWorld {
  readonly provider: CredentialProvider;
  readonly double: VaultDouble;
  readonly warnings: string[];
  issue(parameters: object, grant?: Partial<Grant>): Promise<Credential>;
  /** the same, for as long as the broker waits */
  issueWithin(signal: AbortSignal, parameters: object, grant?: Partial<Grant>): Promise<Credential>;
  close(): void;
}

export interface VaultWorldOptions {
  readonly role?: Partial<VaultRole>;
  readonly vault?: Partial<VaultOptions>;
  /** in the broker's configuration */
  readonly upstream?: { readonly audience?: string; readonly authMount?: string; readonly namespace?: string };
  readonly clock?: Clock;
}

export async function startVaultWorld(options: VaultWorldOptions = {}): Promise<VaultWorld> {
  const { role, vault, upstream, clock = systemClock } = options;
  const site = await startIssuerSite();
  const keys = buildKeys();
  site.publishKeys(keys);
  const shop: VaultRole = { audience: 'vault-prod', subject: SUBJECT, paths: PATHS, ...role };
  const double = await startVault({ issuer: site.url, roles: { shop }, engines: ENGINES, ...vault });
  const closeVault = double.close;
  double.close = () => {
    site.close();
    closeVault();
  };
  const warnings: string[] = [];
  const provider = vaultSecretProvider({
    ...{ issuer: site.url, keys, clock },
    upstreams: [
      {
        name: 'vault-prod',
        kind: 'vault',
        url: double.url,
        privateNetwork: false,
        audience: 'vault-prod',
        ...upstream,
      },
    ],
    fetchFrom: createUpstreamFetch,
    logger: { hide: () => {}, warn: (message, fields = {}) => void warnings.push(`${message} ${fields['error']}`) },
  });
  const issueWithin: VaultWorld['issueWithin'] = (signal, parameters, grant = {}) =>
    provider.issue(
      buildGrant(grant),
      { upstream: 'vault-prod', role: 'shop', values: { 'api-key': 'key' }, ...parameters },
      signal,
    );
  return {
    ...{ provider, double, warnings, issueWithin },
    issue: (parameters, grant) => issueWithin(new AbortController().signal, parameters, grant),
    close: () => double.close(),
  };
}
