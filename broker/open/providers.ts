// The providers of a start: what the configuration says of the systems that issue, and the key of the App that makes tokens.
import type { Clock, Millis } from '../clock.ts';
import type { Config } from '../config.ts';
import type { TokenApp } from '../providers/ask-github.ts';
import { createProviders } from '../providers/index.ts';
import type { CredentialProvider, Providers } from '../providers/provider.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createUpstreamFetch } from '../upstream/fetch.ts';
import { openAppKey } from './github.ts';
import type { OpenKeys } from './keys.ts';

interface OpenProvidersDeps {
  readonly keys: Pick<OpenKeys, 'ring' | 'signElsewhere'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** beside the built ones */
  readonly extra: readonly CredentialProvider[];
}

/**
 * A handshake costs two round trips and more of this thread than an issuance. Servers end idle connections after 5 s at the earliest,
 * most after a minute: one that is kept for less is hardly ever ended while something is sent over it, which would leave it open
 * whether the other side acted.
 */
const KEEP_CONNECTIONS_MS: Millis = 4_000;

/** @throws StartRefused where the key of the App is missing or not as it must be; a system that is down stops no start */
export async function openProviders(config: Config, deps: OpenProvidersDeps): Promise<Providers> {
  const { issuer, clouds, upstreams, proxies } = config;
  return createProviders({
    ...{ ...deps, issuer, clouds, upstreams, tokenApp: await openTokenApp(config) },
    ...{ keys: deps.keys.ring, signElsewhere: deps.keys.signElsewhere },
    fetchFrom: ({ privateNetwork, authorities }) =>
      createUpstreamFetch({ privateNetwork, authorities, proxies, keepFor: KEEP_CONNECTIONS_MS }),
  });
}

async function openTokenApp({ github }: Config): Promise<TokenApp | undefined> {
  if (github === undefined) return undefined;
  const { apiUrl, privateNetwork, authorities } = github;
  const { appId, privateKeyFile } = github.tokenApp ?? github;
  const key = await openAppKey(privateKeyFile);
  return { apiUrl, appId, key, privateNetwork, ...(authorities === undefined ? {} : { authorities }) };
}
