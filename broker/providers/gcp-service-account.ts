// The `gcp-service-account` kind: workload identity federation. Google trades our JWT for a federated token, which stays here, and
// that for an access token of the service account. The token lives as long as the TTL says; nobody can call it back before.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import type { Credential, Grant } from '../model.ts';
import type { Clouds, FetchFrom } from './endpoints.ts';
import { accountDetails, GOOGLE_IAM, GOOGLE_STS, googleAudience, impersonationCall, tradeCall } from './gcp-calls.ts';
import { googleDecoys } from './gcp-decoy.ts';
import type { Target } from './gcp-refusals.ts';
import { type Signer, signForExchange, subjectOf } from './own-token.ts';
import type { CredentialProvider } from './provider.ts';
import { readReply } from './read-reply.ts';
import { callUpstream } from './upstream-http.ts';

export interface GcpServiceAccountParameters {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER` */
  readonly provider: string;
  readonly 'service-account': string;
  readonly scopes: readonly string[];
}

interface GcpOptions extends Signer {
  readonly clouds: Pick<Clouds, 'google'>;
  readonly fetchFrom: FetchFrom;
}

export function gcpServiceAccountProvider({ clouds, fetchFrom, ...signer }: GcpOptions): CredentialProvider {
  const ask = fetchFrom(clouds.google);

  async function trade(grant: Grant, target: Target, signal: AbortSignal): Promise<Secret> {
    const audience = googleAudience(target.provider);
    const ours = await signForExchange(signer, grant, { audience, algorithm: 'ES256' });
    const call = tradeCall({ clouds, issuer: signer.issuer, target, token: ours.reveal() });
    return new Secret(readReply(GOOGLE_STS, federated, await callUpstream(ask, { ...call, signal })).access_token);
  }

  return {
    kind: 'gcp-service-account',
    acts: 'upstream',
    lifetime: { min: 60, max: 43_200 },
    revocation: 'at-expiry',
    decoys: googleDecoys({ signer, clouds, ask }),
    async issue(grant, parameters, signal) {
      const { provider, 'service-account': account, scopes } = parameters as GcpServiceAccountParameters;
      if (scopes.length === 0) throw new TypeError('a token of Google needs a scope');
      const target: Target = { provider, account, subject: subjectOf(grant) };
      const bearer = await trade(grant, target, signal);
      const asked = { clouds, target, bearer, reason: grant.issuanceId, scopes, lifetime: lifetimeOf(grant) };
      const reply = await callUpstream(ask, { ...impersonationCall(asked), signal });
      return credentialOf(readReply(GOOGLE_IAM, generated, reply), target, grant);
    },
  };
}

const federated = z.object({ access_token: z.string().min(1) });
const generated = z.object({ accessToken: z.string().min(1), expireTime: z.iso.datetime({ offset: true }) });

function lifetimeOf({ ttl }: Grant): Seconds {
  if (ttl === 'never') throw new TypeError('a token of Google needs an end');
  return ttl;
}

function credentialOf(
  { accessToken, expireTime }: z.infer<typeof generated>,
  { provider, account }: Target,
  { issuanceId }: Grant,
): Credential {
  const secret = new Secret(accessToken);
  return {
    accessToken: secret,
    tokenType: 'Bearer',
    issuedTokenType: 'urn:buildpass:token-type:gcp-service-account',
    values: { access_token: secret },
    details: accountDetails(account, provider),
    upstreamExpiresAt: Date.parse(expireTime),
    provenance: { system: 'iamcredentials.googleapis.com', id: issuanceId },
  };
}
