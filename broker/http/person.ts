// The person behind a request, and whether a request that changes something comes from a page of ours. A cookie is sent along
// with whatever makes a browser ask, so it alone never allows a change (CSRF, T32).
import type { IncomingMessage } from 'node:http';
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { SignedIn } from '../model.ts';
import { isCommandLineToken } from '../sign-in/command-lines.ts';
import type { People } from '../sign-in/people.ts';
import { type LiveSession, signInRequired } from '../sign-in/sessions.ts';

export interface PersonDeps {
  readonly people: People;
  /** public origin of the broker */
  readonly url: string;
}

/** @throws BrokerError SIGN_IN_REQUIRED */
export async function personOf({ people }: Pick<PersonDeps, 'people'>, request: IncomingMessage): Promise<LiveSession> {
  const person = await people.signedIn(request);
  if (person === undefined) throw signInRequired();
  return person;
}

/**
 * The person behind a request that changes something.
 * @throws BrokerError CROSS_SITE before anything is looked up, SIGN_IN_REQUIRED
 */
export async function changingPerson(deps: PersonDeps, request: IncomingMessage): Promise<LiveSession> {
  refuseCrossSite(deps.url, request);
  return personOf(deps, request);
}

/** The token of a command line that a request shows; whatever else it shows is for others to judge. */
export function commandLineToken({ headers }: IncomingMessage): string | undefined {
  const [, bearer = ''] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return isCommandLineToken(bearer) ? bearer : undefined;
}

/**
 * The person behind a call that their command line may make too. These are all: what reads requests and the catalog, and what takes
 * a request of the person's own back. Every other call knows browsers alone, so that a token in a shell decides nothing.
 * @throws BrokerError SIGN_IN_REQUIRED, and of a browser that changes something CROSS_SITE
 */
export async function personOrCommandLine(
  deps: PersonDeps,
  request: IncomingMessage,
  atBrowser: typeof personOf | typeof changingPerson,
): Promise<LiveSession> {
  // No browser sends this by itself, so where it comes from needs no other proof.
  const token = commandLineToken(request);
  if (token === undefined) return atBrowser(deps, request);
  const person = await deps.people.atCommandLine(token);
  if (person !== undefined) return person;
  throw new BrokerError('SIGN_IN_REQUIRED', 'This command line is not logged in any more. Run `buildpass login`.');
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** @throws BrokerError CROSS_SITE */
function refuseCrossSite(url: string, { headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  // A form cannot send this type, and a script of another origin would have to ask first (CORS), and be told no.
  const isJson = JSON_TYPE.test(headers['content-type'] ?? '');
  if (headers.origin === url && (site === undefined || site === 'same-origin') && isJson) return;
  throw new BrokerError(
    'CROSS_SITE',
    `What changes something is taken from pages of ${url} only, as application/json. Open the broker’s own page and try again.`,
  );
}

/** A step-up is good for so long. */
const STEP_UP_MS: Millis = 5 * 60_000;

export type StepUpMethod = 'passkey' | 'provider';

const isFresh = (at: Millis | undefined, now: Millis): boolean => at !== undefined && now - at < STEP_UP_MS;

/** How they showed who they are just now; what is longer ago is none, and is not put on record as one. */
export const freshStepUp = ({ steppedUpAt, stepUpMethod }: SignedIn, now: Millis): StepUpMethod | undefined =>
  isFresh(steppedUpAt, now) ? stepUpMethod : undefined;

/** The ways that this person has to step up. */
export function stepUpMethods({ people }: Pick<PersonDeps, 'people'>, person: LiveSession): readonly StepUpMethod[] {
  const provider = people.providers.get(person.provider)?.stepsUp === true;
  return [...(person.passkeys > 0 ? (['passkey'] as const) : []), ...(provider ? (['provider'] as const) : [])];
}

/**
 * For what outlasts the session: a passkey, another identity. Somebody without a passkey has nothing better than the sign-in a
 * moment ago; whoever finds a session lying open later must not be able to add what is theirs.
 * @throws BrokerError STEP_UP_REQUIRED
 */
export function requireFreshness(deps: Pick<PersonDeps, 'people'>, person: LiveSession, now: Millis): void {
  if (person.passkeys === 0 && isFresh(person.startedAt, now)) return;
  requireStepUp(deps, person, now);
}

/** @throws BrokerError STEP_UP_REQUIRED, with the methods that this person has */
export function requireStepUp(deps: Pick<PersonDeps, 'people'>, person: LiveSession, now: Millis): void {
  if (isFresh(person.steppedUpAt, now)) return;
  const methods = stepUpMethods(deps, person);
  const next =
    methods.length === 0
      ? 'Sign in again, register a passkey within five minutes, and try again.'
      : 'Prove once more that it is you, and try again within five minutes.';
  throw new BrokerError('STEP_UP_REQUIRED', next, { details: { methods } });
}
