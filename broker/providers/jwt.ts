// The `jwt` kind: the broker as OIDC issuer. Relying parties trust what it signs by its JWKS. Access tokens in the form of RFC 9068;
// nothing here leaves before the log has it.
import { ACCESS_TOKEN_TYPE } from '../../shared/api.ts';
import type { Seconds } from '../clock.ts';
import type { CredentialAlgorithm } from '../keys/signing-keys.ts';
import type { Credential, Grant } from '../model.ts';
import { type OwnToken, type SignedToken, type Signer, signOwnToken, signOwnTokenNow } from './own-token.ts';
import type { CredentialProvider } from './provider.ts';

export interface JwtParameters {
  readonly audience: string;
  readonly algorithm?: CredentialAlgorithm;
  readonly claims?: Readonly<Record<string, unknown>>;
}

const DAY = 86_400;

export function jwtProvider(signer: Signer): CredentialProvider {
  return {
    kind: 'jwt',
    acts: 'locally',
    lifetime: { min: 60, max: DAY },
    revocation: 'at-expiry',
    issue: async (grant, parameters) =>
      credentialOf(await signOwnToken(signer, grant, tokenFor(grant, parameters as JwtParameters)), grant),
    issueNow(grant, parameters) {
      const signed = signOwnTokenNow(signer, grant, tokenFor(grant, parameters as JwtParameters));
      return signed === undefined ? undefined : credentialOf(signed, grant);
    },
  };
}

function tokenFor(grant: Grant, { audience, algorithm = 'ES256', claims = {} }: JwtParameters): OwnToken {
  return { audience, algorithm, claims, typ: 'at+jwt', lifetime: endOf(grant) };
}

function credentialOf({ secret: token, keyId }: SignedToken, grant: Grant): Credential {
  return {
    accessToken: token,
    tokenType: 'Bearer',
    issuedTokenType: ACCESS_TOKEN_TYPE,
    values: { token },
    upstreamExpiresAt: (Math.floor(grant.issuedAt / 1000) + endOf(grant)) * 1000,
    keyId,
  };
}

function endOf({ ttl }: Grant): Seconds {
  if (ttl === 'never') throw new TypeError('a jwt needs an end');
  return ttl;
}
