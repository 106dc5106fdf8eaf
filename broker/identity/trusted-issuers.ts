// The issuers that the operator named, and the keys of each. An issuer that is not on this list is not asked, looked up
// or resolved: the list is compared byte by byte before anything leaves the broker.
import type { KeyObject } from 'node:crypto';
import type { Clock, Millis } from '../clock.ts';
import { StartRefused } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createUpstreamFetch, fetchJson, type Proxies } from '../upstream/fetch.ts';
import { fetchKeySet } from './issuer-key-set.ts';
import { KeyCache } from './key-cache.ts';

export interface TrustedIssuer {
  /** short name in the configuration; part of every identity, because ids of two GitHubs overlap */
  readonly name: string;
  readonly kind: 'github';
  /** `iss`, exactly */
  readonly url: string;
  /** owner name → `repository_owner_id` */
  readonly owners: Readonly<Record<string, string>>;
  /** whether its host may be at a private or loopback address */
  readonly privateNetwork: boolean;
  /** PEM of the certificate authorities that its host is verified with, instead of the public ones */
  readonly authorities?: string;
}

export interface TrustedIssuers {
  find(iss: string): TrustedIssuer | undefined;
  keyFor(issuer: TrustedIssuer, kid: string): Promise<KeyObject>;
  /** Fetches what will soon be old, of all issuers at once; called now and then, no token has to wait for it. */
  refreshAhead(): Promise<void>;
}

interface TrustedIssuersOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly proxies?: Proxies;
  /** for each document; 5 seconds unless told */
  readonly fetchTimeout?: Millis;
  /** told of every fetch of keys, by the name of the issuer, and why it failed where it did */
  readonly onKeyFetch?: (issuer: string, failure?: { readonly cause: unknown }) => void;
}

const MAX_DOCUMENT_BYTES = 100 * 1024;
const FETCH_TIMEOUT: Millis = 5000;

export function createTrustedIssuers(options: TrustedIssuersOptions): TrustedIssuers {
  const { issuers } = options;
  refuseUnsafe(issuers);
  const byUrl = new Map(issuers.map((issuer) => [issuer.url, issuer]));
  // One cache each: a key of one issuer must never verify a token of another.
  const caches = new Map(issuers.map((issuer) => [issuer.url, keysOf(issuer, options)]));
  return {
    find: (iss) => byUrl.get(iss),
    keyFor: async (issuer, kid) => {
      const cache = caches.get(issuer.url);
      if (cache === undefined) throw new Error(`${issuer.url} is not a trusted issuer`);
      return await cache.keyFor(kid);
    },
    refreshAhead: async () => {
      await Promise.all([...caches.values()].map((cache) => cache.refreshAhead()));
    },
  };
}

function keysOf(issuer: TrustedIssuer, options: TrustedIssuersOptions): KeyCache {
  const { clock, logger, proxies = {}, fetchTimeout: timeout = FETCH_TIMEOUT } = options;
  const { name, url, privateNetwork, authorities } = issuer;
  const ask = createUpstreamFetch({ privateNetwork, authorities, proxies });
  const fetchDocument = (address: string) => fetchJson(ask, address, { timeout, maxBytes: MAX_DOCUMENT_BYTES });
  return new KeyCache({
    issuerUrl: url,
    clock,
    fetchKeySet: () => fetchKeySet(url, fetchDocument),
    onFetch: (failure) => options.onKeyFetch?.(name, failure),
    onOutage: (error) =>
      logger.warn('the keys of an issuer cannot be fetched; those at hand count for an hour at most', {
        issuer: name,
        error,
      }),
    onRecovery: () => logger.info('the keys of an issuer can be fetched again', { issuer: name }),
  });
}

/** What a configuration file is checked for with file and line; this list may also come from elsewhere. */
function refuseUnsafe(issuers: readonly TrustedIssuer[]): void {
  if (issuers.length === 0) throw new StartRefused('`issuers` is empty: no token could ever be accepted');
  // Two names for one signer would give each repository two identities; two signers of one name, one identity.
  for (const key of ['url', 'name'] as const) {
    if (new Set(issuers.map((issuer) => issuer[key])).size < issuers.length) {
      throw new StartRefused(`two of \`issuers\` have the same ${key}`);
    }
  }
}
