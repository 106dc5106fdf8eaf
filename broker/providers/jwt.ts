// The `jwt` kind: the broker as OIDC issuer. Relying parties trust what it signs by its JWKS. Access tokens in the form of RFC 9068;
// nothing here leaves before the log has it.
import { ACCESS_TOKEN_TYPE } from '../../shared/api.ts';
import type { CredentialAlgorithm } from '../keys/signing-keys.ts';
import { type Signer, signOwnToken } from './own-token.ts';
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
    async issue(grant, parameters) {
      const { audience, algorithm = 'ES256', claims = {} } = parameters as JwtParameters;
      if (grant.ttl === 'never') throw new TypeError('a jwt needs an end');
      const token = { audience, algorithm, claims, typ: 'at+jwt', lifetime: grant.ttl } as const;
      const secret = await signOwnToken(signer, grant, token);
      return {
        accessToken: secret,
        tokenType: 'Bearer',
        issuedTokenType: ACCESS_TOKEN_TYPE,
        values: { token: secret },
        upstreamExpiresAt: (Math.floor(grant.issuedAt / 1000) + grant.ttl) * 1000,
      };
    },
  };
}
