// The demo's people have no provider to go to: their link says who they are, once, and a step-up asks them nothing.
import type { Request, Response } from 'express';
import { BrokerError } from '../errors.ts';
import { signInAs, stepUpAt } from '../sign-in/arrivals.ts';
import { DEMO_PROVIDER, type DemoSignIn } from '../sign-in/demo-people.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type PersonDeps, personOf } from './person.ts';

interface DemoVisit {
  readonly request: Request;
  readonly response: Response;
  readonly back: string;
  /** to step up */
  readonly session: string | undefined;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

export async function visitDemo(
  deps: PersonDeps & { readonly metrics: Metrics },
  { request, response, back, session }: DemoVisit,
): Promise<string> {
  const { people, metrics } = deps;
  const { session: cookie } = people.cookies;
  // A link printed on this machine's terminal is for its own browser.
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) throw new BrokerError('NOT_FOUND', 'There is nothing here.');
  const provider = people.providers.get(DEMO_PROVIDER) as DemoSignIn;
  if (session !== undefined) {
    const person = await personOf(deps, request);
    const id = person.identities.find((one) => one.provider === provider.identityProvider)?.providerId ?? '';
    const token = await stepUpAt(people, { provider, proven: provider.again(id) }, session);
    response.append('Set-Cookie', cookie.set(token));
    metrics.count('buildpass_sign_ins_total', provider.kind, 'stepped-up');
    return back;
  }
  const proven = provider.redeem(String(request.query['link'] ?? ''));
  const { token } = await signInAs(people, { provider, proven }, cookie.read(request));
  response.append('Set-Cookie', cookie.set(token));
  metrics.count('buildpass_sign_ins_total', provider.kind, 'signed-in');
  return back;
}
