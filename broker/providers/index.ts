// The list of providers that are built. One line here, one file beside it, one page in docs/providers.
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { TokenApp } from './ask-github.ts';
import { awsRoleProvider } from './aws-role.ts';
import { azureAppProvider } from './azure-app.ts';
import type { Clouds, FetchFrom, UpstreamSystem } from './endpoints.ts';
import { gcpCredentialsFileProvider } from './gcp-credentials-file.ts';
import { gcpServiceAccountProvider } from './gcp-service-account.ts';
import { githubTokenProvider } from './github-token.ts';
import { jwtProvider } from './jwt.ts';
import { kubernetesProvider } from './kubernetes.ts';
import type { Signer } from './own-token.ts';
import type { CredentialProvider, Providers } from './provider.ts';
import { vaultSecretProvider } from './vault-secret.ts';

export const BUILT_KINDS: readonly string[] = [
  'jwt',
  'aws-role',
  'azure-app',
  'gcp-credentials-file',
  'gcp-service-account',
  'github-token',
  'kubernetes',
  'vault-secret',
];

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
  /** for what fails beside an issuance that succeeds, and to hide what no credential carries */
  readonly logger: Pick<Logger, 'hide' | 'warn'>;
  readonly extra: readonly CredentialProvider[];
}

export function createProviders(options: ProviderOptions): Providers {
  const { tokenApp } = options;
  const providers = [
    jwtProvider(options),
    awsRoleProvider(options),
    azureAppProvider(options),
    gcpServiceAccountProvider(options),
    gcpCredentialsFileProvider(options),
    ...(tokenApp === undefined ? [] : [githubTokenProvider(tokenApp, options)]),
    kubernetesProvider(options),
    vaultSecretProvider(options),
    ...options.extra,
  ];
  return new Map(providers.map((provider) => [provider.kind, provider]));
}
