// The `azure-app` kind: our JWT is the client assertion of an app of Entra, by a federated credential. Entra decides how long its
// token lives, and nobody can call it back: what it says of itself is compared with the TTL and with what was asked for.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock, Millis } from '../clock.ts';
import type { Decoy, Shown } from '../decoy.ts';
import type { Credential } from '../model.ts';
import { entraAdvice, entraCodes, entraReason } from './azure-refusals.ts';
import { type AzureAppParameters, type AzureToken, claimsOf, differenceOf, idOf } from './azure-token.ts';
import type { Clouds, FetchFrom } from './endpoints.ts';
import { type Signer, signDecoy, signForExchange, subjectOf } from './own-token.ts';
import type { CredentialProvider } from './provider.ts';
import { readReply } from './read-reply.ts';
import { callUpstream, type Judged, judgeUpstream, type UpstreamCall, type UpstreamReply } from './upstream-http.ts';

interface AzureOptions extends Signer {
  readonly clock: Clock;
  readonly clouds: Pick<Clouds, 'azure'>;
  readonly fetchFrom: FetchFrom;
}

const SYSTEM = 'Microsoft Entra';
/** The audience of a federated credential unless it names another; Entra takes RS256 only. */
export const ENTRA_AUDIENCE = 'api://AzureADTokenExchange';

export function azureAppProvider({ clock, clouds: { azure }, fetchFrom, ...signer }: AzureOptions): CredentialProvider {
  const ask = fetchFrom(azure);
  const forEntra = { audience: ENTRA_AUDIENCE, algorithm: 'RS256' } as const;

  function call(asked: AzureAppParameters, assertion: Secret, subject: string): Omit<UpstreamCall, 'signal'> {
    return {
      system: SYSTEM,
      url: `${azure.loginUrl}/${asked.tenant}/oauth2/v2.0/token`,
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: asked['client-id'],
        scope: asked.scope,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion.reveal(),
      }),
      reasonOf: entraReason,
      adviceOf: entraAdvice({ ...asked, issuer: signer.issuer, subject, audience: ENTRA_AUDIENCE }),
    };
  }

  return {
    kind: 'azure-app',
    acts: 'upstream',
    lifetime: { min: 5_400, max: 86_400 },
    lifetimeIsTheirs: true,
    revocation: 'at-expiry',
    async issue(grant, parameters, signal) {
      const asked = parameters as AzureAppParameters;
      if (asked.scope === '') throw new TypeError('a token of Entra needs a scope');
      const assertion = await signForExchange(signer, grant, forEntra);
      const reply = await callUpstream(ask, { ...call(asked, assertion, subjectOf(grant)), signal });
      return credentialOf(reply, asked, clock.now());
    },
    decoys: {
      longestLife: 86_400,
      targetOf: (parameters) => {
        const { tenant, 'client-id': client } = parameters as AzureAppParameters;
        return { system: SYSTEM, target: `the app ${client} of the tenant ${tenant}`, audience: ENTRA_AUDIENCE };
      },
      async show(decoy, parameters, signal) {
        const asked = parameters as AzureAppParameters;
        const made = call(asked, await signDecoy(signer, decoy, forEntra), subjectOf(decoy));
        return shown(await judgeUpstream(ask, { ...made, signal }), made, { asked, decoy, now: clock.now() });
      },
    },
  };
}

/** No federated credential has the subject, where one has the issuer and the audience. */
const OF_THE_SUBJECT = [700213, 7002137, 7002138];

interface DecoyAsked {
  readonly asked: AzureAppParameters;
  readonly decoy: Decoy;
  readonly now: Millis;
}

function shown(judged: Judged, { adviceOf }: Pick<UpstreamCall, 'adviceOf'>, { asked, decoy, now }: DecoyAsked): Shown {
  if (judged.taken)
    return {
      outcome: 'accepted',
      found: `it gave a token of the app ${asked['client-id']} for a subject that no job has`,
      next: `give the federated credential of the app exactly the subject "${subjectOf(decoy)}", and no expression with a wildcard: \`buildpass trust azure ${decoy.project}/${decoy.entitlement}\` prints it`,
      livesUntil: latestEnd(readReply(SYSTEM, answered, judged.reply), undefined, now),
    };
  const { body, said: found, passing } = judged;
  if (entraCodes(body).some((code) => OF_THE_SUBJECT.includes(code)))
    return {
      outcome: 'subject-refused',
      found: `${found}. A federated credential of the app has this issuer and this audience; whether Entra could read the keys, it does not say`,
    };
  const next = adviceOf?.(body);
  return { outcome: passing ? 'unclear' : 'refused', found, ...(next === undefined ? {} : { next }) };
}

const seconds = z.number().int().nonnegative();
const answered = z.object({
  // RFC 6749 §5.1: not told apart by case.
  token_type: z.string().regex(/^bearer$/i),
  access_token: z.string().min(1),
  expires_in: seconds,
  ext_expires_in: seconds.optional(),
});

function credentialOf(reply: UpstreamReply, asked: AzureAppParameters, now: Millis): Credential {
  const answer = readReply(SYSTEM, answered, reply);
  const secret = new Secret(answer.access_token);
  const claims = claimsOf(answer.access_token);
  const excess = differenceOf(claims, asked);
  const id = idOf(claims, reply.headers['x-ms-request-id']);
  return {
    accessToken: secret,
    tokenType: 'Bearer',
    issuedTokenType: 'urn:buildpass:token-type:azure-app',
    values: { access_token: secret },
    details: { tenant_id: asked.tenant, client_id: asked['client-id'], scope: asked.scope },
    upstreamExpiresAt: latestEnd(answer, claims, now),
    provenance: { system: 'login.microsoftonline.com', ...(id === undefined ? {} : { id }) },
    ...(excess === undefined ? {} : { excess }),
  };
}

/** P3: of all that it says of its end, what is latest. `ext_expires_in` counts where a resource goes on while Entra is down. */
function latestEnd(answer: z.infer<typeof answered>, claims: AzureToken | undefined, now: Millis): Millis {
  const longest = Math.max(answer.expires_in, answer.ext_expires_in ?? 0);
  return Math.max(now + longest * 1000, Math.ceil((claims?.exp ?? 0) * 1000));
}
