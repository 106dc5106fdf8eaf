// Signing in: which providers there are, the way to one of them, and the way back. What goes wrong on the way leads to `/sign-in`,
// where a code says what to do; nothing that a provider or a stranger wrote is repeated there.
import { type Request, type Response, Router } from 'express';
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Providers } from '../../shared/people-api.ts';
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';
import type { SignInProvider } from '../sign-in/provider.ts';
import { visitDemo } from './demo-sign-in.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { onlyOnHost } from './own-host.ts';
import { personOf } from './person.ts';
import { returnPath } from './return-path.ts';
import { comeBack, type SignInDeps } from './sign-in-callback.ts';

export type { SignInDeps } from './sign-in-callback.ts';

type ProviderRequest = Request<{ provider: string }>;

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
  const visits = [
    ['/sign-in/:provider', leave],
    ['/sign-in/:provider/callback', comeBack],
  ] as const;
  for (const [path, visit] of visits) {
    router
      .route(path)
      .all(onlyOnHost(deps.url))
      .get(async (request: ProviderRequest, response) => {
        const provider = providerOf(deps, request);
        response.redirect(
          303,
          await orTheCode(deps, { provider, response }, visit(deps, { provider, request, response })),
        );
      })
      .all(methodNotAllowed('GET'));
  }
  return router;
}

function providerOf({ people }: SignInDeps, { params }: ProviderRequest): SignInProvider {
  const provider = people.providers.get(params.provider);
  if (provider !== undefined) return provider;
  throw new BrokerError('NOT_FOUND', `There is no sign-in provider ${quoted(params.provider)} here.`);
}

interface Leaving {
  readonly provider: SignInProvider;
  readonly request: Request;
  readonly response: Response;
}

/** To the provider, with what will be needed when the browser comes back sealed in its cookie. */
async function leave(deps: SignInDeps, { provider, request, response }: Leaving): Promise<string> {
  const { people, attempts } = deps;
  const back = returnPath(request.query['return'], deps.url);
  const stepUp = request.query['step-up'] !== undefined;
  const session = stepUp ? (await personOf(deps, request)).sessionId : undefined;
  if (provider.kind === 'demo') return visitDemo(deps, { request, response, back, session });
  if (stepUp && !provider.stepsUp)
    throw new BrokerError('SIGN_IN_REFUSED', `${provider.title} cannot ask anew who you are. Use a passkey.`);
  const of = { provider: provider.name, back };
  const attempt = attempts.begin(
    session === undefined ? { ...of, purpose: 'sign-in' } : { ...of, purpose: 'step-up', session },
  );
  const location = await provider.begin(attempts.proofOf(attempt));
  response.append('Set-Cookie', people.cookies.attempt.set(attempts.seal(attempt)));
  return location;
}

/** Where to go: as found, or to the page that says what went wrong. What is not foreseen is answered as everywhere else. */
async function orTheCode(
  { metrics, logger }: SignInDeps,
  { provider }: Pick<Leaving, 'provider' | 'response'>,
  found: Promise<string>,
): Promise<string> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof BrokerError) || !SHOWN.includes(error.code)) throw error;
    metrics.count('buildpass_sign_ins_total', provider.kind, error.code);
    if (LOGGED.includes(error.code)) logger.warn('a sign-in failed', { provider: provider.name, error });
    return `/sign-in?error=${error.code}`;
  }
}

const LOGGED: readonly ErrorCode[] = ['SIGN_IN_FAILED', 'SIGN_IN_UNAVAILABLE'];
const SHOWN: readonly ErrorCode[] = [...LOGGED, 'SIGN_IN_REFUSED', 'SIGN_IN_EXPIRED', 'SIGN_IN_REQUIRED'];
