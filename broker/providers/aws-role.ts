// The `aws-role` kind: the broker's own JWT, traded at AWS STS for a session of the role. AWS checks it by our published keys, so that
// there is no key of AWS here. What comes back is held against what was asked, whole; a session cannot be taken back.
import type { Seconds } from '../clock.ts';
import type { Grant } from '../model.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import { awsDecoys } from './aws-decoy.ts';
import { assumeRoleForm } from './aws-form.ts';
import { STS, stsAdvice, stsPasses, stsReason, type Traded } from './aws-refusals.ts';
import { readStsAnswer, type StsResult, sessionCredential } from './aws-session.ts';
import type { Clouds, FetchFrom } from './endpoints.ts';
import { AWS_AUDIENCE, STS_ALGORITHM, stsHost } from './kind-aws-names.ts';
import { type AwsRoleParameters, sessionPolicyJson, trustActions } from './kind-aws-role.ts';
import { type Signer, signForExchange, subjectOf } from './own-token.ts';
import type { CredentialProvider } from './provider.ts';
import { callUpstream } from './upstream-http.ts';

interface AwsRoleDeps extends Signer {
  readonly clouds: Pick<Clouds, 'aws'>;
  readonly fetchFrom: FetchFrom;
}

export function awsRoleProvider({ clouds: { aws }, fetchFrom, ...signer }: AwsRoleDeps): CredentialProvider {
  const ask = fetchFrom(aws);
  const urlOf = (parameters: AwsRoleParameters): string => aws.stsUrl ?? `https://${stsHost(parameters)}`;
  return {
    kind: 'aws-role',
    acts: 'upstream',
    lifetime: { min: 900, max: 43_200 },
    revocation: 'at-expiry',
    decoys: awsDecoys({ signer, ask, urlOf }),
    async issue(grant, given, signal) {
      const parameters = given as AwsRoleParameters;
      if (grant.ttl === 'never') throw new TypeError('a session of a role needs an end');
      const traded = tradedFor(grant, parameters, { issuer: signer.issuer, ttl: grant.ttl });
      const claims = sessionClaims(parameters);
      const token = await signForExchange(signer, grant, {
        audience: traded.audience,
        algorithm: STS_ALGORITHM,
        claims,
      });
      const url = urlOf(parameters);
      const policy = parameters['session-policy'];
      const form = assumeRoleForm({
        role: parameters.role,
        // Whoever reads CloudTrail finds the issuance by it, and the issuance the session.
        session: grant.issuanceId,
        token,
        seconds: grant.ttl,
        policy: policy === undefined ? undefined : sessionPolicyJson(policy),
      });
      const answer = await trade(ask, { url, form, signal, traded });
      return sessionCredential(answer, { grant, parameters, traded, system: new URL(url).host });
    },
  };
}

const tradedFor = (
  grant: Grant,
  parameters: AwsRoleParameters,
  { issuer, ttl }: { issuer: string; ttl: Seconds },
): Traded => ({
  issuer,
  audience: parameters.audience ?? AWS_AUDIENCE,
  subject: subjectOf(grant),
  scope: `${grant.project}/${grant.entitlement}`,
  region: parameters.region,
  ttl,
  actions: trustActions(parameters),
});

/** STS takes tags and source identity of a web identity from the token alone, under these names. */
function sessionClaims({ tags, 'source-identity': sourceIdentity }: AwsRoleParameters): Record<string, unknown> {
  const principal = Object.entries(tags ?? {}).map(([name, value]) => [name, [value]]);
  return {
    ...(tags === undefined
      ? {}
      : { 'https://aws.amazon.com/tags': { principal_tags: Object.fromEntries(principal), transitive_tag_keys: [] } }),
    ...(sourceIdentity === undefined ? {} : { 'https://aws.amazon.com/source_identity': sourceIdentity }),
  };
}

interface Trade {
  readonly url: string;
  readonly form: URLSearchParams;
  readonly signal: AbortSignal;
  readonly traded: Traded;
}

async function trade(ask: UpstreamFetch, { url, form, signal, traded }: Trade): Promise<StsResult> {
  const explain = { reasonOf: stsReason, adviceOf: stsAdvice(traded), passes: stsPasses };
  // It asks for JSON, and takes the documented XML as well (docs/decisions/0023).
  const reply = await callUpstream(ask, { system: STS, url: `${url}/`, body: form, signal, ...explain });
  return readStsAnswer(STS, reply);
}
