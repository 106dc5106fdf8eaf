// Where the other sides are: the upstreams of the configuration, by the names that policies use, and the clouds, which are at their
// public addresses unless the configuration says otherwise.
import type { UpstreamFetch } from '../upstream/fetch.ts';

/** How far a connection may go, and by whom the other side is vouched for. */
export interface Network {
  readonly privateNetwork: boolean;
  /** PEM of the authorities that it is verified with, instead of the public ones */
  readonly authorities?: string;
}

/** A policy names it, never its address. */
export interface UpstreamSystem extends Network {
  readonly name: string;
  readonly kind: 'vault' | 'kubernetes';
  /** without a slash at its end */
  readonly url: string;
  /** of the token that the broker presents there */
  readonly audience: string;
  /** of a vault: where its JWT auth method is; `jwt` unless it says otherwise */
  readonly authMount?: string;
  /** of a vault that has namespaces */
  readonly namespace?: string;
}

/** Addresses without a slash at their ends. */
export interface Clouds {
  /** of the region's own endpoint where it is left out */
  readonly aws: Network & { readonly stsUrl: string | undefined };
  readonly google: Network & { readonly stsUrl: string; readonly iamCredentialsUrl: string };
  readonly azure: Network & { readonly loginUrl: string };
}

export type FetchFrom = (network: Network) => UpstreamFetch;
