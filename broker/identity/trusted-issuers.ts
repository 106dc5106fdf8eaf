// The issuers that the operator named, and the keys of each. An issuer that is not on this list is not asked, looked up
// or resolved: the list is compared byte by byte before anything leaves the broker.
import type { CryptoKey } from 'jose';
import type { Clock, Millis } from '../clock.ts';
import { StartRefused } from '../errors.ts';
import { type Fetch, fetchJson } from '../upstream-fetch.ts';
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
  readonly privateNetwork: boolean;
  readonly caFile?: string;
}

export interface TrustedIssuers {
  find(iss: string): TrustedIssuer | undefined;
  keyFor(issuer: TrustedIssuer, kid: string): Promise<CryptoKey>;
}

interface TrustedIssuersOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
  readonly fetch?: Fetch;
  /** for each document; 5 seconds unless told */
  readonly fetchTimeout?: Millis;
  /** told of every fetch of keys, by the name of the issuer, and why it failed where it did */
  readonly onKeyFetch?: (issuer: string, failure?: { readonly cause: unknown }) => void;
}

const MAX_DOCUMENT_BYTES = 100 * 1024;
const FETCH_TIMEOUT: Millis = 5000;

export function createTrustedIssuers(options: TrustedIssuersOptions): TrustedIssuers {
  const { issuers, clock, fetch = globalThis.fetch, fetchTimeout: timeout = FETCH_TIMEOUT } = options;
  refuseUnsafe(issuers);
  const byUrl = new Map(issuers.map((issuer) => [issuer.url, issuer]));
  const fetchDocument = (url: string) => fetchJson(url, { fetch, timeout, maxBytes: MAX_DOCUMENT_BYTES });
  // One cache each: a key of one issuer must never verify a token of another.
  const caches = new Map(
    issuers.map(({ name, url }) => {
      const onFetch = (failure?: { readonly cause: unknown }): void => options.onKeyFetch?.(name, failure);
      return [
        url,
        new KeyCache({ issuerUrl: url, clock, onFetch, fetchKeySet: () => fetchKeySet(url, fetchDocument) }),
      ];
    }),
  );
  return {
    find: (iss) => byUrl.get(iss),
    keyFor: async (issuer, kid) => {
      const cache = caches.get(issuer.url);
      if (cache === undefined) throw new Error(`${issuer.url} is not a trusted issuer`);
      return await cache.keyFor(kid);
    },
  };
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
  // Node's fetch takes no certificates of a single connection; ignoring the key would be a promise that nobody keeps.
  const own = issuers.find(({ caFile }) => caFile !== undefined);
  if (own !== undefined) {
    throw new StartRefused(
      `\`issuers.${own.name}.ca-file\` is not supported yet: name the file in the environment variable NODE_EXTRA_CA_CERTS instead`,
    );
  }
}
