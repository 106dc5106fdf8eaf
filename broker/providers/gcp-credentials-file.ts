// The `gcp-credentials-file` kind: the broker's own JWT for a workload identity provider, which the job's libraries trade at Google by
// themselves (`external_account`). Signed here, and never longer-lived than the TTL; what Google makes of it is Google's
// (shared/afterlife.ts, docs/decisions/0031).
import type { Seconds } from '../clock.ts';
import type { Credential, Grant } from '../model.ts';
import type { Clouds, FetchFrom } from './endpoints.ts';
import { accountDetails, googleAudience, impersonationUrl, tradeUrl } from './gcp-calls.ts';
import { googleDecoys } from './gcp-decoy.ts';
import { type OwnToken, type SignedToken, type Signer, signOwnToken, signOwnTokenNow } from './own-token.ts';
import type { CredentialProvider } from './provider.ts';

export interface GcpCredentialsFileParameters {
  readonly provider: string;
  readonly 'service-account': string;
}

interface GcpOptions extends Signer {
  readonly clouds: Pick<Clouds, 'google'>;
  /** for decoys alone: it is the job that trades */
  readonly fetchFrom: FetchFrom;
}

const DAY = 86_400;

export function gcpCredentialsFileProvider({ clouds, fetchFrom, ...signer }: GcpOptions): CredentialProvider {
  const credentialOf = (signed: SignedToken, grant: Grant, asked: GcpCredentialsFileParameters): Credential => {
    const { provider, 'service-account': account } = asked;
    const { secret: token, keyId } = signed;
    return {
      accessToken: token,
      tokenType: 'Bearer',
      issuedTokenType: 'urn:buildpass:token-type:gcp-credentials-file',
      values: { token },
      details: {
        ...accountDetails(account, provider),
        token_url: tradeUrl(clouds),
        impersonation_url: impersonationUrl(clouds, account),
      },
      upstreamExpiresAt: (Math.floor(grant.issuedAt / 1000) + endOf(grant)) * 1000,
      keyId,
    };
  };
  return {
    kind: 'gcp-credentials-file',
    acts: 'locally',
    lifetime: { min: 60, max: DAY },
    revocation: 'at-expiry',
    decoys: googleDecoys({ signer, clouds, ask: fetchFrom(clouds.google) }),
    async issue(grant, given) {
      const asked = given as GcpCredentialsFileParameters;
      return credentialOf(await signOwnToken(signer, grant, tokenFor(grant, asked)), grant, asked);
    },
    issueNow(grant, given) {
      const asked = given as GcpCredentialsFileParameters;
      const signed = signOwnTokenNow(signer, grant, tokenFor(grant, asked));
      return signed === undefined ? undefined : credentialOf(signed, grant, asked);
    },
  };
}

const ALGORITHM = 'ES256';

const tokenFor = (grant: Grant, { provider }: GcpCredentialsFileParameters): OwnToken => ({
  ...{ audience: googleAudience(provider), algorithm: ALGORITHM, typ: 'JWT', lifetime: endOf(grant) },
});

function endOf({ ttl }: Grant): Seconds {
  if (ttl === 'never') throw new TypeError('a token for Google needs an end');
  return ttl;
}
