// The broker's own JWT: what it signs as OIDC issuer, for a job or for a cloud or vault that trusts it. The claims that say for which
// job it is are the same everywhere.
import { Secret } from '../../shared/secret.ts';
import type { Millis, Seconds } from '../clock.ts';
import type { Decoy } from '../decoy.ts';
import { BrokerError } from '../errors.ts';
import type { SignElsewhere } from '../keys/sign-elsewhere.ts';
import { signJws, signJwsElsewhere } from '../keys/sign-jws.ts';
import type { CredentialAlgorithm, SigningKeys } from '../keys/signing-keys.ts';
import type { Grant } from '../model.ts';
import { SOON, UpstreamRefused } from './provider.ts';

export interface Signer {
  /** `iss` of what the broker signs */
  readonly issuer: string;
  readonly keys: SigningKeys;
  /** for keys that are held elsewhere; undefined where none is */
  readonly signElsewhere?: SignElsewhere | undefined;
}

export interface SignedToken {
  readonly secret: Secret;
  /** of the key that signed it */
  readonly keyId: string;
}

export interface OwnToken {
  readonly audience: string;
  readonly algorithm: CredentialAlgorithm;
  readonly typ: 'at+jwt' | 'JWT';
  /** from the moment of the grant */
  readonly lifetime: Seconds;
  /** beside ours, which none of them replaces */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Long enough for one exchange, and for clocks that differ by a minute. */
const EXCHANGE_LIFETIME: Seconds = 300;

export async function signOwnToken(signer: Signer, grant: Grant, token: OwnToken): Promise<SignedToken> {
  const toSign = unsigned(signer, ofGrant(grant), token);
  return { secret: new Secret(await sign(signer, toSign)), keyId: toSign.key.id };
}

/** The same without waiting; undefined where the signature is made elsewhere. */
export function signOwnTokenNow(signer: Signer, grant: Grant, token: OwnToken): SignedToken | undefined {
  const { key, algorithm, header, payload } = unsigned(signer, ofGrant(grant), token);
  if (key.held !== 'here') return undefined;
  return { secret: new Secret(signJws({ ...key, algorithm }, header, payload)), keyId: key.id };
}

/** A key that we hold signs here; for any other its holder is asked. */
async function sign({ signElsewhere }: Signer, toSign: ReturnType<typeof unsigned>): Promise<string> {
  const { key, algorithm, header, payload } = toSign;
  if (key.held === 'here') return signJws({ ...key, algorithm }, header, payload);
  if (signElsewhere === undefined) throw new Error(`nobody signs with the key ${key.id}, which is held elsewhere`);
  return signJwsElsewhere({ algorithm, sign: (input) => signElsewhere(key, input) }, header, payload);
}

/** Whom a token is about. */
interface About {
  readonly subject: string;
  readonly id: string;
  readonly at: Millis;
  /** of the job */
  readonly claims: Readonly<Record<string, unknown>>;
}

const ofGrant = (grant: Grant): About => ({
  subject: subjectOf(grant),
  id: grant.issuanceId,
  at: grant.issuedAt,
  claims: jobClaims(grant),
});

function unsigned(signer: Signer, about: About, token: OwnToken) {
  const { audience, algorithm, typ, lifetime, claims = {} } = token;
  // The policy loader refuses it; an empty audience must never come to mean every audience.
  if (audience === '') throw new TypeError('a token of ours needs one audience');
  const issuedAt = Math.floor(about.at / 1000);
  const registered = {
    iss: signer.issuer,
    sub: about.subject,
    aud: audience,
    ...{ iat: issuedAt, nbf: issuedAt, exp: issuedAt + lifetime },
    jti: about.id,
  };
  const key = signer.keys.credential(algorithm);
  // Ours last, so that no policy can set one of them.
  const payload = { ...claims, ...about.claims, ...registered };
  return { key, algorithm, header: { typ, kid: key.id }, payload };
}

type ForExchange = Pick<OwnToken, 'audience' | 'algorithm' | 'claims'>;

const forExchange = (asked: ForExchange): OwnToken => ({ ...asked, typ: 'JWT', lifetime: EXCHANGE_LIFETIME });

/**
 * What another system trades for a credential of its own: for that system alone, and for minutes. It never reaches the job.
 * @throws UpstreamRefused where whoever holds the key gave no signature: nothing was asked of that system, so that nothing is left open
 */
export async function signForExchange(signer: Signer, grant: Grant, asked: ForExchange): Promise<Secret> {
  try {
    return (await signOwnToken(signer, grant, forExchange(asked))).secret;
  } catch (cause) {
    if (!(cause instanceof BrokerError)) throw cause;
    const message = 'it was not asked, since the key service of the broker gave no signature';
    throw new UpstreamRefused(message, { cause, retryAfter: SOON });
  }
}

const BRIEF_LIFETIME: Seconds = 60;

/** What a token that is shown for one call is about: an entitlement, and nothing of a job. */
type OfEntitlement = Pick<Decoy, 'id' | 'project' | 'entitlement' | 'at'>;

/** The same about no job: it says nothing of a repository or a run. */
export const signDecoy = (signer: Signer, decoy: Decoy, exchange: ForExchange): Promise<Secret> =>
  signBriefly(signer, { ...exchange, of: decoy, subject: decoySubject(decoy) });

/** The same by its real subject, to ask after what an earlier one was traded for, when its job may be over. */
export const signForEntitlement = (signer: Signer, of: OfEntitlement, exchange: ForExchange): Promise<Secret> =>
  signBriefly(signer, { ...exchange, of, subject: subjectOf(of) });

async function signBriefly(
  signer: Signer,
  { of, subject, audience, algorithm, claims = {} }: ForExchange & { of: OfEntitlement; subject: string },
): Promise<Secret> {
  const about: About = { subject, id: of.id, at: of.at, claims: {} };
  const token: OwnToken = { audience, algorithm, claims, typ: 'JWT', lifetime: BRIEF_LIFETIME };
  return new Secret(await sign(signer, unsigned(signer, about, token)));
}

/**
 * No job's subject ends like this: names have no colon. It begins like a real one, so that whoever lets in by a wildcard, or by the
 * beginning of a subject, lets this in too.
 */
const decoySubject = (of: Pick<Grant, 'project' | 'entitlement'>): string => `${subjectOf(of)}:doctor`;

/** `sub` of every token of an entitlement: at most 98 bytes, so that every cloud takes it whole (Google's limit is 127). */
export const subjectOf = ({ project, entitlement }: Pick<Grant, 'project' | 'entitlement'>): string =>
  `project:${project}:entitlement:${entitlement}`;

/** The claims that say for which job it was issued. */
function jobClaims({ subject, project, entitlement, assurance, approvedBy }: Grant): Record<string, unknown> {
  return {
    client_id: `${project}/${entitlement}`,
    issuer_name: subject.issuer,
    repository: subject.repository,
    repository_id: subject.repositoryId,
    ref: subject.ref,
    sha: subject.sha,
    environment: subject.environment,
    run_id: subject.runId,
    run_attempt: subject.runAttempt,
    check_run_id: subject.checkRunId,
    assurance,
    approved_by: approvedBy.length === 0 ? undefined : approvedBy,
  };
}
