// The way back from a provider. The browser must have the attempt that it began with, at this provider, with this state: what
// anybody else sends somebody's browser here with, leads nowhere (CSRF, mix-up and code injection, T32).
import type { Request, Response } from 'express';
import { BrokerError } from '../errors.ts';
import type { Append } from '../log/append.ts';
import { type Arrival, signInAs, stepUpAt } from '../sign-in/arrivals.ts';
import type { Attempt, Attempts } from '../sign-in/attempts.ts';
import { linkTo } from '../sign-in/link.ts';
import type { SignInProvider } from '../sign-in/provider.ts';
import { signInRequired } from '../sign-in/sessions.ts';
import { teamsOfProvider } from '../sign-in/teams.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type PersonDeps, personOf } from './person.ts';

export interface SignInDeps extends PersonDeps {
  readonly attempts: Attempts;
  readonly store: Store;
  readonly append: Append;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ComingBack {
  readonly provider: SignInProvider;
  readonly request: Request;
  readonly response: Response;
}

/** @returns where to go */
export async function comeBack(deps: SignInDeps, visit: ComingBack): Promise<string> {
  const { people, attempts, metrics } = deps;
  const { provider, request, response } = visit;
  const { attempt: cookie, session } = people.cookies;
  const sealed = cookie.read(request);
  // Whatever comes of it, it is over: an attempt is finished once.
  response.append('Set-Cookie', cookie.clear());
  const attempt = attempts.open(sealed);
  const callback = new URL(request.originalUrl, deps.url);
  if (attempt.provider !== provider.name || callback.searchParams.getAll('state').join() !== attempt.state)
    throw new BrokerError('SIGN_IN_FAILED', 'This answer is not of the sign-in that this browser began.');
  const { teams } = await deps.store.read(people.policies);
  const asked = teamsOfProvider(teams, provider);
  const proven = await provider.finish(callback, attempts.proofOf(attempt), asked);
  const { token, outcome } = await arrive(deps, { attempt, request }, { provider, proven });
  response.append('Set-Cookie', session.set(token));
  metrics.count('buildpass_sign_ins_total', provider.kind, outcome);
  return attempt.back;
}

interface Arrived {
  /** of the session from now on */
  readonly token: string;
  readonly outcome: 'signed-in' | 'stepped-up' | 'linked';
}

async function arrive(
  deps: SignInDeps,
  { attempt, request }: { attempt: Attempt; request: Request },
  arrival: Arrival,
): Promise<Arrived> {
  const { people } = deps;
  if (attempt.purpose === 'sign-in') {
    const { token } = await signInAs(people, arrival, people.cookies.session.read(request));
    return { token, outcome: 'signed-in' };
  }
  const { sessionId } = await personOf(deps, request);
  // Begun in a session that is over, or of somebody else at the same browser.
  if (sessionId !== attempt.session) throw signInRequired();
  return attempt.purpose === 'step-up'
    ? { token: await stepUpAt(people, arrival, sessionId), outcome: 'stepped-up' }
    : { token: await linkTo({ ...people, append: deps.append }, arrival, sessionId), outcome: 'linked' };
}
