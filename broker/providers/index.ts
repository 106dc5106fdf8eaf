// The list of providers that are built. One line here, one file beside it, one page in docs/providers.
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { azureAppProvider } from './azure-app.ts';
import type { Clouds, FetchFrom, Network, UpstreamSystem } from './endpoints.ts';
import { gcpServiceAccountProvider } from './gcp-service-account.ts';
import { githubTokenProvider } from './github-token.ts';
import { jwtProvider } from './jwt.ts';
import type { Signer } from './own-token.ts';
import type { CredentialProvider, Providers } from './provider.ts';

export const BUILT_KINDS: readonly string[] = ['jwt', 'azure-app', 'gcp-service-account', 'github-token'];

/** Of them, what a configuration has everything for. */
export const availableKinds = ({ github }: { readonly github: object | undefined }): readonly string[] =>
  BUILT_KINDS.filter((kind) => kind !== 'github-token' || github !== undefined);

export interface ProviderOptions extends Signer {
  readonly clock: Clock;
  readonly clouds: Clouds;
  readonly upstreams: readonly UpstreamSystem[];
  /** the App that makes tokens for jobs; undefined where none is configured */
  readonly tokenApp: TokenApp | undefined;
  readonly fetchFrom: FetchFrom;
  readonly extra: readonly CredentialProvider[];
}

export interface TokenApp extends Network {
  readonly apiUrl: string;
  /** id or client id */
  readonly appId: string;
  readonly key: KeyObject;
}

export function createProviders(options: ProviderOptions): Providers {
  const { tokenApp } = options;
  const providers = [
    jwtProvider(options),
    azureAppProvider(options),
    gcpServiceAccountProvider(options),
    ...(tokenApp === undefined ? [] : [githubTokenProvider(tokenApp, options)]),
    ...options.extra,
  ];
  return new Map(providers.map((provider) => [provider.kind, provider]));
}
