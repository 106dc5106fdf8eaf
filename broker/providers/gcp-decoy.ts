// A decoy at Google. The Security Token Service looks at the issuer, the keys and the audience before the attribute condition of the
// provider; where that takes the decoy, a federated token comes of it, and the service account says whether it is of any use. It is
// asked for a minute of a scope that shows an address and nothing else.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import type { Decoy, DecoyTaker, Shown } from '../decoy.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import type { Clouds } from './endpoints.ts';
import { GOOGLE_IAM, GOOGLE_STS, googleAudience, impersonationCall, tradeCall } from './gcp-calls.ts';
import { impersonationAdvice, isImpersonationDenied, isRejectedByCondition, type Target } from './gcp-refusals.ts';
import { type Signer, signDecoy, subjectOf } from './own-token.ts';
import { readReply } from './read-reply.ts';
import { type Judged, judgeUpstream } from './upstream-http.ts';

interface GoogleDecoyDeps {
  readonly signer: Signer;
  readonly clouds: Pick<Clouds, 'google'>;
  readonly ask: UpstreamFetch;
}

/** Of a kind with these two among its parameters. */
interface Impersonated {
  readonly provider: string;
  readonly 'service-account': string;
}

const SHORTEST: Seconds = 60;
const HARMLESS_SCOPE = 'https://www.googleapis.com/auth/userinfo.email';
/** Of a federated token: its life is not asked for. */
const HOUR: Seconds = 3_600;

const federated = z.object({ access_token: z.string().min(1) });

export function googleDecoys({ signer, clouds, ask }: GoogleDecoyDeps): DecoyTaker {
  return {
    longestLife: HOUR,
    targetOf: (given) => {
      const { provider, 'service-account': account } = given as Impersonated;
      return { system: GOOGLE_STS, target: `${account} by ${provider}`, audience: googleAudience(provider) };
    },
    async show(decoy, given, signal) {
      const { provider, 'service-account': account } = given as Impersonated;
      const target: Target = { provider, account, subject: subjectOf(decoy) };
      const token = await signDecoy(signer, decoy, { audience: googleAudience(provider), algorithm: 'ES256' });
      const call = tradeCall({ clouds, issuer: signer.issuer, target, token: token.reveal() });
      const judged = await judgeUpstream(ask, { ...call, signal });
      if (!judged.taken) return refusedBySts(judged, call.adviceOf?.(judged.body));
      const bearer = new Secret(readReply(GOOGLE_STS, federated, judged.reply).access_token);
      const asked = { clouds, target, bearer, reason: decoy.id, scopes: [HARMLESS_SCOPE], lifetime: SHORTEST };
      // From here on there is a federated token, whatever becomes of the second call.
      return judgeUpstream(ask, { ...impersonationCall(asked), signal }).then(
        (become) => afterTrade(target, decoy, become.taken ? undefined : become),
        (error: Error) => heardNothing(decoy, error),
      );
    },
  };
}

function refusedBySts({ said, body, passing }: No, advice: string | undefined): Shown {
  if (isRejectedByCondition(body))
    return {
      outcome: 'subject-refused',
      found: `${said}. The issuer, its keys and the audience are right; whether the service account is bound to the subject it did not come to`,
    };
  return { outcome: passing ? 'unclear' : 'refused', found: said, ...(advice === undefined ? {} : { next: advice }) };
}

const heardNothing = (decoy: Decoy, { message }: Error): Shown => ({
  outcome: 'unclear',
  found: `${GOOGLE_STS} took it, and then there was no answer: ${message}`,
  livesUntil: decoy.at + HOUR * 1000,
});

type No = Extract<Judged, { taken: false }>;

/** `no` is what the service account's API refused with; undefined where it gave a token. */
function afterTrade(target: Target, decoy: Decoy, no: No | undefined): Shown {
  const scope = `${decoy.project}/${decoy.entitlement}`;
  const condition = `the attribute condition \`assertion.sub == "${target.subject}"\` (with the subjects of others that use it: \`buildpass trust gcp ${scope}\` prints it)`;
  const livesUntil = decoy.at + HOUR * 1000;
  if (no === undefined)
    return {
      outcome: 'accepted',
      found: `a subject that no job has became ${target.account}`,
      next: `bind roles/iam.workloadIdentityUser on ${target.account} to that one subject, not to the pool or an attribute of it, and give the provider ${condition}`,
      livesUntil,
    };
  if (isImpersonationDenied(no.body))
    return {
      outcome: 'subject-refused',
      found: `${no.said}. The issuer, its keys and the audience are right, and the account is not everybody's; one that is not there or disabled answers the same. The provider takes any subject: ${condition} would refuse such a token at once`,
      livesUntil,
    };
  const advice = impersonationAdvice(target)(no.body);
  return {
    outcome: no.passing ? 'unclear' : 'refused',
    found: `${GOOGLE_STS} took it, and ${GOOGLE_IAM} did not: ${no.said}`,
    ...(advice === undefined ? {} : { next: advice }),
    livesUntil,
  };
}
