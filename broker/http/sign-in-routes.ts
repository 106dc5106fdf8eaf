// Signing in: which providers there are, the way to one of them, and the way back. Errors on the way lead to `/sign-in`, where a
// code says what to do; nothing that a provider or a stranger wrote is repeated there.
import { type Request, type Response, Router } from 'express';
import { type ErrorCode, OTHER_CODES } from '../../shared/error-codes.ts';
import type { Providers } from '../../shared/people-api.ts';
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';
import { signInAs, stepUp } from '../sign-in/arrivals.ts';
import type { DemoSignIn } from '../sign-in/demo-people.ts';
import type { SignInProvider } from '../sign-in/provider.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { onlyOnHost } from './own-host.ts';
import { type PersonDeps, personOf } from './person.ts';
import { returnPath } from './return-path.ts';

export interface SignInDeps extends PersonDeps {
  readonly metrics: Metrics;
}

export function signInRoutes(deps: SignInDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const providers = [...deps.people.providers.values()];
  router
    .route('/v1/sign-in')
    .get((_request, response) => {
      const body: Providers = { providers: providers.map(({ name, kind, title }) => ({ name, kind, title })) };
      response.json(body);
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/sign-in')
    .all(onlyOnHost(deps.url))
    .get((request, response) => {
      response.type('text/plain').send(signInText(providers, request.query['error']));
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/sign-in/:provider')
    .all(onlyOnHost(deps.url))
    .get(async (request, response) => {
      await begin(deps, request, response);
    })
    .all(methodNotAllowed('GET'));
  return router;
}

/** Until there is a page: the same in words. */
function signInText(providers: readonly SignInProvider[], error: unknown): string {
  const code = OTHER_CODES.find((one) => one === error);
  const ways = providers.map(({ name, kind, title }) =>
    kind === 'demo' ? `${title}: by the links that the demo printed` : `${title}: /sign-in/${name}`,
  );
  return [
    ...(code === undefined ? [] : [`That did not work: ${code}.`, '']),
    ...(ways.length === 0
      ? ['Nobody can sign in here: the configuration names no `sign-in`.']
      : ['Sign in with:', ...ways]),
    '',
  ].join('\n');
}

async function begin(deps: SignInDeps, request: Request<{ provider: string }>, response: Response): Promise<void> {
  const provider = deps.people.providers.get(request.params.provider);
  if (provider === undefined)
    throw new BrokerError('NOT_FOUND', `There is no sign-in provider ${quoted(request.params.provider)} here.`);
  const back = returnPath(request.query['return'], deps.url);
  try {
    if (isDemo(provider)) await beginDemo(deps, { provider, request, response });
    response.redirect(303, back);
  } catch (error) {
    failed(deps, { provider, response, error });
  }
}

const isDemo = (provider: SignInProvider): provider is DemoSignIn => provider.kind === 'demo';

interface DemoVisit {
  readonly provider: DemoSignIn;
  readonly request: Request;
  readonly response: Response;
}

/** The demo's people have no provider to go to: their link says who they are, and a step-up asks nothing. */
async function beginDemo(deps: SignInDeps, { provider, request, response }: DemoVisit): Promise<void> {
  const { people, metrics } = deps;
  const { session } = people.cookies;
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) throw new BrokerError('NOT_FOUND', 'There is nothing here.');
  if (request.query['step-up'] !== undefined) {
    const { sessionId } = await personOf(deps, request);
    response.append('Set-Cookie', session.set(await stepUp(people, { sessionId, method: 'provider' })));
    metrics.count('buildpass_sign_ins_total', provider.kind, 'stepped-up');
    return;
  }
  const proven = provider.redeem(String(request.query['link'] ?? ''));
  const { token } = await signInAs(people, { provider, proven }, session.read(request));
  response.append('Set-Cookie', session.set(token));
  metrics.count('buildpass_sign_ins_total', provider.kind, 'signed-in');
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

interface Failure {
  readonly provider: SignInProvider;
  readonly response: Response;
  readonly error: unknown;
}

/** What is not foreseen is answered as everywhere else. */
function failed({ metrics }: SignInDeps, { provider, response, error }: Failure): void {
  if (!(error instanceof BrokerError) || !SHOWN.includes(error.code)) throw error;
  metrics.count('buildpass_sign_ins_total', provider.kind, error.code);
  response.redirect(303, `/sign-in?error=${error.code}`);
}

const SHOWN: readonly ErrorCode[] = [
  'SIGN_IN_REFUSED',
  'SIGN_IN_EXPIRED',
  'SIGN_IN_FAILED',
  'SIGN_IN_UNAVAILABLE',
  'SIGN_IN_REQUIRED',
];
