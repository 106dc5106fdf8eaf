// The list of providers that are built. One line here, one file beside it, one page in docs/providers.

import type { SigningKeys } from '../keys/signing-keys.ts';
import { jwtProvider } from './jwt.ts';
import type { CredentialProvider, Providers } from './provider.ts';

export const BUILT_KINDS: readonly string[] = ['jwt'];

export interface ProviderOptions {
  /** `iss` of what the broker signs */
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly extra: readonly CredentialProvider[];
}

export function createProviders({ issuer, keys, extra }: ProviderOptions): Providers {
  return new Map([jwtProvider({ issuer, keys }), ...extra].map((provider) => [provider.kind, provider]));
}
