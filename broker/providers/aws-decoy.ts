// A decoy at AWS STS. It asks for the shortest session there is, under a policy that denies everything: one that is given all the same
// can do nothing. STS looks for the identity provider, its audiences and its keys before the trust policy of the role.
import type { Seconds } from '../clock.ts';
import type { Decoy, DecoyTaker, Shown } from '../decoy.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import { assumeRoleForm } from './aws-form.ts';
import { STS, stsAdvice, stsPasses, stsReason, stsRefusal, type Traded } from './aws-refusals.ts';
import { readStsAnswer, type StsResult } from './aws-session.ts';
import { AWS_AUDIENCE, issuerName, STS_ALGORITHM } from './kind-aws-names.ts';
import { type AwsRoleParameters, trustActions } from './kind-aws-role.ts';
import { type Signer, signDecoy, subjectOf } from './own-token.ts';
import { judgeUpstream } from './upstream-http.ts';

interface AwsDecoyDeps {
  readonly signer: Signer;
  readonly ask: UpstreamFetch;
  readonly urlOf: (parameters: AwsRoleParameters) => string;
}

const SHORTEST: Seconds = 900;
const NOTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});

export function awsDecoys(deps: AwsDecoyDeps): DecoyTaker {
  return {
    longestLife: SHORTEST,
    targetOf: (given) => {
      const { role, audience = AWS_AUDIENCE } = given as AwsRoleParameters;
      return { system: STS, target: role, audience };
    },
    show: (decoy, given, signal) => show(deps, decoy, { parameters: given as AwsRoleParameters, signal }),
  };
}

interface Showing {
  readonly parameters: AwsRoleParameters;
  readonly signal: AbortSignal;
}

async function show(
  { signer, ask, urlOf }: AwsDecoyDeps,
  decoy: Decoy,
  { parameters, signal }: Showing,
): Promise<Shown> {
  const { role, region, audience = AWS_AUDIENCE } = parameters;
  const token = await signDecoy(signer, decoy, { audience, algorithm: STS_ALGORITHM });
  const form = assumeRoleForm({ role, session: decoy.id, token, seconds: SHORTEST, policy: NOTHING });
  const call = { url: `${urlOf(parameters)}/`, body: form, signal, reasonOf: stsReason, passes: stsPasses };
  const judged = await judgeUpstream(ask, { system: STS, ...call });
  const traded: Traded = {
    ...{ issuer: signer.issuer, audience, subject: subjectOf(decoy), region, ttl: SHORTEST },
    ...{ scope: `${decoy.project}/${decoy.entitlement}`, actions: trustActions(parameters) },
  };
  if (judged.taken) return taken(readStsAnswer(STS, judged.reply), role, traded);
  if (stsRefusal(judged.body)?.code === 'AccessDenied')
    return { outcome: 'subject-refused', found: `${judged.said}. ${DENIED}` };
  const next = stsAdvice(traded)(judged.body);
  return {
    outcome: judged.passing ? 'unclear' : 'refused',
    found: judged.said,
    ...(next === undefined ? {} : { next }),
  };
}

const DENIED =
  'Of the identity provider in IAM, its audiences and the keys it had nothing to say: that comes before the trust policy of the role. A role that is not there gets the same answer';

function taken(
  { Credentials: { Expiration: end } }: StsResult,
  role: string,
  { issuer, subject, scope }: Traded,
): Shown {
  return {
    outcome: 'accepted',
    found: 'it gave a session of the role, which may do nothing, for a subject that no job has',
    next: `in the trust policy of ${role}, require \`"StringEquals": { "${issuerName(issuer)}:sub": "${subject}" }\`, without a wildcard: \`buildpass trust aws ${scope}\` prints all of it`,
    livesUntil: end * 1000,
  };
}
