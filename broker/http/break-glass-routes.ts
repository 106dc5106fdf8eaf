// Break-glass for people who are signed in: invoking it on a request, the incidents that are not reviewed yet, and the review.
// Invoking and reviewing need a fresh step-up, and the person's teams are asked for again.
import { type Request, Router } from 'express';
import {
  type BreakGlassIncidents,
  invokeBodySchema,
  type RequestDetail,
  reviewBodySchema,
} from '../../shared/people-api.ts';
import { approverOf } from '../approvals/approvers.ts';
import { invokeBreakGlass } from '../approvals/break-glass.ts';
import { reviewIncident } from '../approvals/incident-review.ts';
import { maySeeIncident, openIncidents } from '../approvals/incidents.ts';
import { BrokerError } from '../errors.ts';
import type { SignedIn } from '../model.ts';
import { jsonBody } from './json-body.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { detail, type PeopleRequestDeps, visible } from './people-request-routes.ts';
import { changingPerson, personOf, requireStepUp } from './person.ts';

export function breakGlassRoutes(deps: PeopleRequestDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/requests/:id/break-glass')
    .post(async (request, response) => {
      response.json(await invoke(deps, request));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/break-glass')
    .get(async (request, response) => {
      response.json(await incidentsFor(deps, await personOf(deps, request)));
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/v1/break-glass/:project/:entitlement/review')
    .post(async (request, response) => {
      response.json(await review(deps, request));
    })
    .all(methodNotAllowed('POST'));
  return router;
}

async function invoke(deps: PeopleRequestDeps, request: Request<{ id: string }>): Promise<RequestDetail> {
  const person = await changingPerson(deps, request);
  const body = await jsonBody(request, invokeBodySchema);
  const { id } = request.params;
  const now = await deps.store.read(async (tx) => {
    await visible(deps, tx, { person, id });
    return tx.now;
  });
  requireStepUp(deps, person, now);
  const confirmed = await deps.people.confirmTeams(person);
  await invokeBreakGlass(deps, { ...body, requestId: id, invoker: approverOf(confirmed) });
  return detail(deps, confirmed, id);
}

function incidentsFor(deps: PeopleRequestDeps, person: SignedIn): Promise<BreakGlassIncidents> {
  return deps.store.read(async (tx) => ({
    incidents: await openIncidents(tx, { policies: await deps.policies(tx), person }),
  }));
}

async function review(
  deps: PeopleRequestDeps,
  request: Request<{ project: string; entitlement: string }>,
): Promise<BreakGlassIncidents> {
  const person = await changingPerson(deps, request);
  const { reason, invocations } = await jsonBody(request, reviewBodySchema);
  const of = { project: request.params.project, entitlement: request.params.entitlement };
  const now = await deps.store.read(async (tx) => {
    const incident = await tx.incidents.unreviewed(of);
    if (incident === undefined || !(await maySeeIncident(tx, { policies: await deps.policies(tx), person }, incident)))
      throw new BrokerError('NOT_FOUND', 'This entitlement has no incident to review, or not one that you may see.');
    return tx.now;
  });
  requireStepUp(deps, person, now);
  const reviewer = await deps.people.confirmTeams(person);
  await reviewIncident(deps, { ...of, reviewer, reason, invocations });
  return incidentsFor(deps, reviewer);
}
