// What a person sees of their own session, and how they end it.
import { type Response, Router } from 'express';
import type { Me } from '../../shared/people-api.ts';
import { isoTime } from '../log/entry.ts';
import { type EndingDeps, endEverywhere } from '../sign-in/command-lines.ts';
import type { LiveSession } from '../sign-in/sessions.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { changingPerson, type PersonDeps, personOf, stepUpMethods } from './person.ts';

export interface MeDeps extends PersonDeps, EndingDeps {
  readonly demo: boolean;
}

export function meRoutes(deps: MeDeps): Router {
  const { people, store } = deps;
  const router = Router({ strict: true, caseSensitive: true });
  const signedOut = (response: Response): void => {
    response.append('Set-Cookie', people.cookies.session.clear()).status(204).end();
  };
  router
    .route('/v1/me')
    .get(async (request, response) => {
      response.json(meOf(deps, await personOf(deps, request)));
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/v1/sign-out')
    .post(async (request, response) => {
      const { sessionId } = await changingPerson(deps, request);
      await store.commit((tx) => tx.sessions.end(sessionId));
      signedOut(response);
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/sign-out-everywhere')
    .post(async (request, response) => {
      const { principal } = await changingPerson(deps, request);
      await endEverywhere(deps, principal);
      signedOut(response);
    })
    .all(methodNotAllowed('POST'));
  return router;
}

function meOf(deps: MeDeps, person: LiveSession): Me {
  const { principal, name, identities, teams, roles, steppedUpAt, stepUpMethod } = person;
  return {
    ...{ principal, name },
    identities: identities.map((one) => ({ provider: one.provider, provider_id: one.providerId, name: one.name })),
    teams: [...teams].sort(),
    roles: [...roles],
    session: {
      provider: person.provider,
      started_at: isoTime(person.startedAt),
      idle_ends_at: isoTime(person.idleEndsAt),
      ends_at: isoTime(person.endsAt),
    },
    step_up: {
      ...(steppedUpAt === undefined ? {} : { at: isoTime(steppedUpAt) }),
      ...(stepUpMethod === undefined ? {} : { method: stepUpMethod }),
      methods: [...stepUpMethods(deps, person)],
    },
    demo: deps.demo,
  };
}
