// Ending access, for people of security who are signed in: leases with what is left of each, orders of revocation, pauses and how they
// are resumed. What changes something needs a fresh step-up, and the person's teams are asked for again.
import { type Request, Router } from 'express';
import {
  type LeaseList,
  type PasskeyReset,
  type Paused,
  type PauseList,
  passkeyResetBodySchema,
  pauseBodySchema,
  type Resumed,
  type Revocation,
  resumeBodySchema,
  revocationBodySchema,
} from '../../shared/access-api.ts';
import { BrokerError } from '../errors.ts';
import { pausedAnswer, pauseList, resumedAnswer, revocationAnswer } from '../issuance/access-answers.ts';
import { listLeases } from '../issuance/lease-list.ts';
import { type OrderedBy, securityPerson } from '../issuance/ordered-by.ts';
import { pause, resume } from '../issuance/pauses.ts';
import { orderRevocation } from '../issuance/revocation-orders.ts';
import type { SignedIn } from '../model.ts';
import { resetAnswer } from '../sign-in/passkey-reset-answer.ts';
import { resetPasskeys } from '../sign-in/passkey-resets.ts';
import { jsonBody } from './json-body.ts';
import { leaseQuery } from './lease-query.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import type { PeopleRequestDeps } from './people-request-routes.ts';
import { changingPerson, personOf, requireStepUp } from './person.ts';

export function accessRoutes(deps: PeopleRequestDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/leases')
    .get(async (request, response) => {
      response.json(await leases(deps, request));
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/v1/revocations')
    .post(async (request, response) => {
      response.json(await revoke(deps, request));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/pauses')
    .get(async (request, response) => {
      response.json(await pauses(deps, request));
    })
    .post(async (request, response) => {
      response.json(await pauseAccess(deps, request));
    })
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  router
    .route('/v1/passkey-resets')
    .post(async (request, response) => {
      response.json(await reset(deps, request));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/pauses/:id/resume')
    .post(async (request, response) => {
      response.json(await resumeAccess(deps, request));
    })
    .all(methodNotAllowed('POST'));
  return router;
}

async function leases(deps: PeopleRequestDeps, request: Request): Promise<LeaseList> {
  requireSecurity(await personOf(deps, request));
  const query = leaseQuery(request);
  return deps.store.read((tx) => listLeases(tx, query));
}

async function pauses(deps: PeopleRequestDeps, request: Request): Promise<PauseList> {
  requireSecurity(await personOf(deps, request));
  return deps.store.read(pauseList);
}

async function revoke(deps: PeopleRequestDeps, request: Request): Promise<Revocation> {
  const person = await changingPerson(deps, request);
  requireSecurity(person);
  const { of, reason } = await jsonBody(request, revocationBodySchema);
  const by = await confirmed(deps, person);
  const ordered = await orderRevocation(deps, { scope: of.scope, target: targetOf(of), reason, by });
  return revocationAnswer(ordered, deps.clock.now());
}

async function pauseAccess(deps: PeopleRequestDeps, request: Request): Promise<Paused> {
  const person = await changingPerson(deps, request);
  requireSecurity(person);
  const { of, reason, revoke: andRevoke } = await jsonBody(request, pauseBodySchema);
  const by = await confirmed(deps, person);
  return pausedAnswer(
    deps,
    await pause(deps, { scope: of.scope, target: targetOf(of), reason, by, revoke: andRevoke }),
  );
}

async function resumeAccess(deps: PeopleRequestDeps, request: Request<{ id: string }>): Promise<Resumed> {
  const person = await changingPerson(deps, request);
  requireSecurity(person);
  const { reason } = await jsonBody(request, resumeBodySchema);
  const by = await confirmed(deps, person);
  return resumedAnswer(deps, await resume(deps, { id: request.params.id, reason, by, nobodyElse: false }));
}

async function reset(deps: PeopleRequestDeps, request: Request): Promise<PasskeyReset> {
  const person = await changingPerson(deps, request);
  requireSecurity(person);
  const { principal: target, reason } = await jsonBody(request, passkeyResetBodySchema);
  return resetAnswer(await resetPasskeys(deps, { target, reason, by: await confirmed(deps, person) }));
}

const targetOf = (of: { scope: string; target?: string }): string => of.target ?? '';

function requireSecurity({ roles }: SignedIn): void {
  if (!roles.has('security'))
    throw new BrokerError('NOT_SECURITY', 'This is for people with the role security, and you are not one of them.');
}

/** Once more, now: somebody who left the team since they signed in ends nobody's access, and gives none back. */
async function confirmed(
  deps: PeopleRequestDeps,
  person: Awaited<ReturnType<typeof changingPerson>>,
): Promise<OrderedBy> {
  requireStepUp(deps, person, await deps.store.read(async (tx) => tx.now));
  const now = await deps.people.confirmTeams(person);
  requireSecurity(now);
  return securityPerson(now);
}
