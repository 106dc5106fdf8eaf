// The issuers of a start: whose tokens are believed, and where people look up what their jobs were.
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { githubWebOf } from '../identity/github-web.ts';
import { createTrustedIssuers, type TrustedIssuers } from '../identity/trusted-issuers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Standing } from '../telemetry/standing.ts';

/** Where people look up what a job of an issuer was. */
export function webAddresses({ issuers }: Config): (issuer: string) => string | undefined {
  const web = new Map(issuers.map(({ name, url }) => [name, githubWebOf(url)]));
  return (issuer) => web.get(issuer);
}

interface OpenIssuersDeps {
  readonly standing: Standing;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function openIssuers(config: Config, { standing, metrics, clock, logger }: OpenIssuersDeps): TrustedIssuers {
  const onKeyFetch = (issuer: string, failure?: { readonly cause: unknown }): void => {
    standing.keysFetched(issuer, failure);
    metrics.count('buildpass_issuer_key_fetches_total', issuer, failure === undefined ? 'fetched' : 'failed');
  };
  return createTrustedIssuers({ issuers: config.issuers, proxies: config.proxies, clock, logger, onKeyFetch });
}
