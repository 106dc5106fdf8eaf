// Who is asking: a subject token becomes a verified Subject, or is refused with what to change. Verifies only, stores nothing.
// The order is the point: cheap checks before dear ones, the issuer list before any request, the signature before any claim.
import type { Clock } from '../clock.ts';
import { BrokerError, StartRefused } from '../errors.ts';
import type { Subject } from '../model.ts';
import { type Claims, readCompactJws, signatureHolds, type UnverifiedToken } from './compact-jws.ts';
import { parseClaims } from './github-claims.ts';
import { malformedToken, PASS_ON_UNCHANGED, quoted } from './refusal.ts';
import { checkTimes } from './token-times.ts';
import type { TrustedIssuer, TrustedIssuers } from './trusted-issuers.ts';

interface AuthenticateOptions {
  /** this broker's url, the only `aud` that it accepts */
  readonly audience: string;
  readonly trustedIssuers: TrustedIssuers;
  readonly clock: Clock;
}

export type Authenticate = (subjectToken: string) => Promise<Subject>;

export function createAuthenticate({ audience, trustedIssuers, clock }: AuthenticateOptions): Authenticate {
  // Without one, a token made for anybody else would do.
  if (audience === '') throw new StartRefused('`url` is empty: it is the only audience that tokens may be made for');
  return async (subjectToken) => {
    const token = readCompactJws(subjectToken);
    const { claims } = token;
    const issuer = findIssuer(trustedIssuers, claims);
    await verifySignature(token, issuer, trustedIssuers);
    // The claims are those of the very text that was verified: from here on they are the issuer's word.
    checkAudience(claims, audience);
    checkTimes(claims, clock.now());
    return parseClaims(claims, issuer.name);
  };
}

/**
 * Why a verified job is turned away all the same: its owner is not among those that the issuer's entry lists. The id
 * decides, because names change hands; undefined lets the job go on to the policy.
 */
export function ownerRefusal(
  issuers: readonly Pick<TrustedIssuer, 'name' | 'owners'>[],
  subject: Subject,
): BrokerError | undefined {
  const owners = issuers.find(({ name }) => name === subject.issuer)?.owners ?? {};
  if (Object.values(owners).includes(subject.repositoryOwnerId)) return undefined;
  return new BrokerError(
    'OWNER_NOT_ALLOWED',
    `This broker does not serve repositories of ${quoted(subject.repositoryOwner)} (owner id ${quoted(subject.repositoryOwnerId)}). Whoever runs it can list that owner under \`issuers.${subject.issuer}.owners\`.`,
  );
}

function findIssuer(trustedIssuers: TrustedIssuers, { iss }: Claims): TrustedIssuer {
  if (typeof iss !== 'string')
    throw malformedToken(`The token's claim "iss" is ${quoted(iss)}; it must name the issuer.`);
  const issuer = trustedIssuers.find(iss);
  if (issuer !== undefined) return issuer;
  throw new BrokerError(
    'ISSUER_UNTRUSTED',
    `This broker does not trust the issuer ${quoted(iss)}. Jobs of github.com have "https://token.actions.githubusercontent.com"; if yours is right, whoever runs the broker can add it under \`issuers\`, spelled exactly so.`,
  );
}

async function verifySignature(
  token: UnverifiedToken,
  issuer: TrustedIssuer,
  trustedIssuers: TrustedIssuers,
): Promise<void> {
  const key = await trustedIssuers.keyFor(issuer, token.kid);
  if (signatureHolds(token, key)) return;
  throw new BrokerError(
    'TOKEN_SIGNATURE_INVALID',
    `The token's signature does not hold under the key ${quoted(token.kid)} of ${quoted(issuer.url)}: it was changed on its way, or made by somebody else. ${PASS_ON_UNCHANGED}`,
  );
}

function checkAudience({ aud }: Claims, audience: string): void {
  if (aud === undefined) throw malformedToken('The token has no claim "aud", which GitHub always sends.');
  // One string: whoever else stands in a list of audiences could have been given this token, and pass it on to us.
  if (aud === audience) return;
  throw new BrokerError(
    'AUDIENCE_MISMATCH',
    `The token was made for ${quoted(aud)}; this broker accepts only ${quoted(audience)}. Set the action's \`audience\` input to ${quoted(audience)} or leave it out.`,
  );
}
