// `POST /v1/me/identities/{provider}`: begins to link an identity at another provider; the way back from there finishes it.
import { type Request, Router } from 'express';
import type { LinkStarted } from '../../shared/people-api.ts';
import type { Clock } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';
import type { Attempts } from '../sign-in/attempts.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { changingPerson, type PersonDeps, requireFreshness } from './person.ts';

export interface LinkDeps extends PersonDeps {
  readonly attempts: Attempts;
  readonly clock: Clock;
}

export function linkRoutes(deps: LinkDeps): Router {
  const { people, attempts, clock } = deps;
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/me/identities/:provider')
    .post(async (request: Request<{ provider: string }>, response) => {
      const person = await changingPerson(deps, request);
      const provider = people.providers.get(request.params.provider);
      if (provider === undefined || provider.kind === 'demo')
        throw new BrokerError('NOT_FOUND', `No identity can be linked at ${quoted(request.params.provider)}.`);
      requireFreshness(deps, person, clock.now());
      const attempt = attempts.begin({
        ...{ provider: provider.name, purpose: 'link', back: '/me', session: person.sessionId },
      });
      const body: LinkStarted = { location: await provider.begin(attempts.proofOf(attempt)) };
      response.append('Set-Cookie', people.cookies.attempt.set(attempts.seal(attempt))).json(body);
    })
    .all(methodNotAllowed('POST'));
  return router;
}
