// The `gcp-service-account` kind: workload identity federation. Google trades our JWT for a federated token, which stays here, and
// that for an access token of the service account. The token lives as long as the TTL says; nobody can call it back before.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import type { Credential, Grant } from '../model.ts';
import type { Clouds, FetchFrom } from './endpoints.ts';
import { impersonationAdvice, impersonationReason, type Target, tradeAdvice, tradeReason } from './gcp-refusals.ts';
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

const STS = 'Google STS';
const IAM = 'Google IAM Credentials';
/** Of the federated token: enough to ask for a token of a service account, and for nothing else that this provider does. */
const FEDERATED_SCOPE = 'https://www.googleapis.com/auth/iam';

/** What a provider of workload identities takes unless it lists audiences of its own. */
export const googleAudience = (provider: string): string => `https://iam.googleapis.com/${provider}`;

export function gcpServiceAccountProvider({
  clouds: { google },
  fetchFrom,
  ...signer
}: GcpOptions): CredentialProvider {
  const ask = fetchFrom(google);

  async function trade(grant: Grant, target: Target, signal: AbortSignal): Promise<string> {
    const audience = googleAudience(target.provider);
    const ours = await signForExchange(signer, grant, { audience, algorithm: 'ES256' });
    const body = {
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: `//iam.googleapis.com/${target.provider}`,
      scope: FEDERATED_SCOPE,
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      subjectToken: ours.reveal(),
    };
    const explain = { reasonOf: tradeReason, adviceOf: tradeAdvice(target, { issuer: signer.issuer, audience }) };
    const reply = await callUpstream(ask, {
      ...{ system: STS, url: `${google.stsUrl}/v1/token`, body, signal },
      ...explain,
    });
    return readReply(STS, federated, reply).access_token;
  }

  return {
    kind: 'gcp-service-account',
    acts: 'upstream',
    lifetime: { min: 60, max: 43_200 },
    revocation: 'at-expiry',
    async issue(grant, parameters, signal) {
      const { provider, 'service-account': account, scopes } = parameters as GcpServiceAccountParameters;
      if (scopes.length === 0) throw new TypeError('a token of Google needs a scope');
      const target: Target = { provider, account, subject: subjectOf(grant) };
      const reply = await callUpstream(ask, {
        system: IAM,
        url: `${google.iamCredentialsUrl}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
        headers: {
          authorization: `Bearer ${await trade(grant, target, signal)}`,
          // Cloud Audit Logs keep it with the call: the one place where an issuance of ours has a name there.
          'x-goog-request-reason': grant.issuanceId,
        },
        body: { scope: scopes, lifetime: `${lifetimeOf(grant)}s` },
        signal,
        reasonOf: impersonationReason,
        adviceOf: impersonationAdvice(target),
      });
      return credentialOf(readReply(IAM, generated, reply), target, grant);
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
  const projectId = projectOf(account);
  return {
    accessToken: secret,
    tokenType: 'Bearer',
    issuedTokenType: 'urn:buildpass:token-type:gcp-service-account',
    values: { access_token: secret },
    details: { ...(projectId === undefined ? {} : { project_id: projectId }), service_account: account, provider },
    upstreamExpiresAt: Date.parse(expireTime),
    provenance: { system: 'iamcredentials.googleapis.com', id: issuanceId },
  };
}

/** `NAME@PROJECT.iam.…`, `PROJECT@appspot.…`, and `NAME@PROJECT.DOMAIN.iam.…` for the project `DOMAIN:PROJECT`; other accounts do not say. */
function projectOf(account: string): string | undefined {
  const [, project, domain] = /@([^.]+)(?:\.(.+))?\.iam\.gserviceaccount\.com$/.exec(account) ?? [];
  if (project === undefined) return /^([^@]+)@appspot\./.exec(account)?.[1];
  return domain === undefined ? project : `${domain}:${project}`;
}
