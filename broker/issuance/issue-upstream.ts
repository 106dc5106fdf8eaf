// Issuing through another system: the one step that leaves the broker. `started` is durable before it, with the decision
// (requests/permit.ts), and an outcome after it. A crash in between leaves an open issuance, which reconcile closes as unknown.
import type { Secret } from '../../shared/secret.ts';
import type { Millis, Seconds } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { SealingKey } from '../keys/seal.ts';
import type { Credential } from '../model.ts';
import { nextTurn } from '../next-turn.ts';
import { UpstreamRefused } from '../providers/provider.ts';
import { within } from './deadline.ts';
import type { IssueDeps, Issuing, Recorded } from './issuing.ts';
import { answerKeyOf, hideCredential, recordEnded, recordSucceeded, revocationOf } from './steps.ts';
import { whyUnwanted } from './under-way.ts';
import { isSoundEnd, withhold } from './withhold.ts';

const RETRY_AFTER_SECONDS = 5;
/**
 * Of what stays as it is until somebody changes something: longer than any client waits, so that a job ends at once with the reason
 * instead of asking again for the same no, with entries each time.
 */
const NOT_BY_ITSELF_SECONDS = 300;

export async function issueUpstream(deps: IssueDeps, issuing: Issuing): Promise<Recorded> {
  // Point of no return: from here on the other side may have acted, whatever happens to us.
  const asked = askProvider(deps, issuing);
  const answerKey = deriveMeanwhile(deps, issuing);
  const credential = await asked;
  const excess = excessOf(issuing, credential, deps.clock.now());
  if (excess !== undefined) {
    await withhold(deps, { ...issuing, credential, reason: excess });
    // It may name things of the project (P7).
    const why = issuing.granted.disclosure === 'full' ? `: ${excess}` : ', because it is not what was asked for';
    throw upstreamFailed(`The credential was not handed out${why}.`, { retryAfter: NOT_BY_ITSELF_SECONDS });
  }
  const recorded = await recordIssued(deps, { ...issuing, credential }, answerKey);
  if (typeof recorded !== 'string') return recorded;
  await withhold(deps, { ...issuing, credential, reason: recorded });
  throw upstreamFailed(
    `The credential was not handed out: ${recorded}. Ask again with a new request_secret: that is decided anew.`,
  );
}

/** Or why nobody gets it: what was paused or ended while the other side was asked is nobody's. */
async function recordIssued(
  deps: IssueDeps,
  issued: Issuing & { readonly credential: Credential },
  answerKey: Promise<SealingKey | undefined>,
): Promise<Recorded | string> {
  try {
    const made = { ...issued, answerKey: await answerKey };
    return await deps.store.commit(async (tx) => (await whyUnwanted(tx, issued)) ?? recordSucceeded(deps, tx, made));
  } catch (cause) {
    await withhold(deps, { ...issued, reason: 'its issuance could not be put on record' });
    throw new BrokerError(
      'STORE_UNAVAILABLE',
      'The credential could not be put on record, so it was withheld. Ask again with a new request_secret.',
      { cause, retryAfter: RETRY_AFTER_SECONDS },
    );
  }
}

/** Once the question is on its way. */
async function deriveMeanwhile(deps: IssueDeps, issuing: Issuing): Promise<SealingKey | undefined> {
  await nextTurn();
  return answerKeyOf(deps, issuing);
}

async function askProvider(deps: IssueDeps, issuing: Issuing): Promise<Credential> {
  const { granted, provider } = issuing;
  const act = async (signal: AbortSignal): Promise<Credential> => {
    const credential = await provider.issue(granted.grant, granted.credential.parameters, signal);
    hideCredential(deps.logger, credential);
    // An answer after its time was given up: nobody waits for it, and what it carries goes back.
    if (signal.aborted) await withhold(deps, { ...issuing, credential, reason: 'it came after its time was given up' });
    return credential;
  };
  try {
    return await within(deps.providerTimeout, act);
  } catch (cause) {
    throw await recordNoCredential(deps, issuing, cause);
  }
}

/** Puts the end of the issuance on record, and returns what the job is told. */
async function recordNoCredential(
  deps: IssueDeps,
  { granted, provider }: Issuing,
  cause: unknown,
): Promise<BrokerError> {
  const refused = cause instanceof UpstreamRefused;
  const reason = refused ? 'the other side refused' : 'the other side gave no clear answer';
  const state = refused ? 'failed' : 'unknown';
  await deps.store.commit((tx) => recordEnded(deps, tx, { granted, provider, state, reason }));
  // What the other side said may name things of the project: the log of a public repository's job is read by everybody (P7).
  const said = refused && granted.disclosure === 'full' ? `: ${cause.message}` : '';
  return upstreamFailed(
    refused
      ? `The system that issues this credential refused${said}.`
      : 'The system that issues this credential gave no clear answer in time. Nothing was handed out.',
    { cause, retryAfter: refused ? (cause.retryAfter ?? NOT_BY_ITSELF_SECONDS) : RETRY_AFTER_SECONDS },
  );
}

function upstreamFailed(
  message: string,
  { cause, retryAfter = RETRY_AFTER_SECONDS }: { cause?: unknown; retryAfter?: Seconds } = {},
): BrokerError {
  return new BrokerError('UPSTREAM_FAILED', message, { cause, retryAfter });
}

/** Of what the other side's own clock may say: it counts from when it acted, not from when we asked. */
const CLOCKS_DIFFER_MS: Millis = 30_000;
/** What fits in an answer, and in a variable of a job. */
const MOST_CHARACTERS = 65_536;

/** P3: why nobody gets what the other side made: wider or longer-lived than asked, or nothing that a job could use. */
function excessOf({ granted, provider }: Issuing, credential: Credential, now: Millis): string | undefined {
  if (credential.excess !== undefined) return credential.excess;
  // Of several values the last is all of them in one text, which the action takes whole or not at all.
  const texts = { ...credential.values, access_token: credential.accessToken };
  const odd = Object.entries(texts).find(([, secret]) => !isUsable(secret));
  if (odd !== undefined) return `its \`${odd[0]}\` is empty or too long`;
  const { ttl } = granted.grant;
  const theirs = credential.upstreamExpiresAt;
  if (theirs !== null && !isSoundEnd(theirs, now)) return 'the other side gave it no sound end';
  if (ttl === 'never' || revocationOf(provider, credential) === 'immediate') return undefined;
  return theirs === null || theirs > now + ttl * 1000 + CLOCKS_DIFFER_MS
    ? 'the other side made it live longer than the policy allows'
    : undefined;
}

const isUsable = ({ length }: Secret): boolean => length > 0 && length <= MOST_CHARACTERS;
