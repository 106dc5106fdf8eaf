// Requests for people who are signed in: what waits for them and what is theirs, one request with all that a verdict needs, and
// the verdict. Whoever may not see a request is told that there is none.
import { type Request, Router } from 'express';
import { type RequestDetail, type RequestList, verdictBodySchema } from '../../shared/people-api.ts';
import { approverOf } from '../approvals/approvers.ts';
import { withdraw } from '../approvals/endings.ts';
import { isRequester, maySee } from '../approvals/onlooker.ts';
import { detailOf, isHighRisk } from '../approvals/request-detail.ts';
import { LIST_VIEWS, type ListView, listRequests } from '../approvals/request-lists.ts';
import type { WebOf } from '../approvals/request-summary.ts';
import { castVerdict } from '../approvals/verdicts.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { SignedIn } from '../model.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { jsonBody } from './json-body.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import {
  changingPerson,
  freshStepUp,
  type PersonDeps,
  personOf,
  personOrCommandLine,
  requireStepUp,
} from './person.ts';

export interface PeopleRequestDeps extends PersonDeps, ExchangeDeps {
  readonly webOf: WebOf;
}

export function peopleRequestRoutes(deps: PeopleRequestDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/requests')
    .get(async (request, response) => {
      response.json(await list(deps, request));
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  router.route('/v1/requests/:id').get(async (request, response) => {
    response.json(await detail(deps, await personOrCommandLine(deps, request, personOf), request.params.id));
  });
  router
    .route('/v1/requests/:id/verdicts')
    .post(async (request, response) => {
      response.json(await decide(deps, request));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/v1/requests/:id/withdraw')
    .post(async (request, response) => {
      response.json(await takeBack(deps, request));
    })
    .all(methodNotAllowed('POST'));
  return router;
}

async function list(deps: PeopleRequestDeps, request: Request): Promise<RequestList> {
  const person = await personOrCommandLine(deps, request, personOf);
  const { view = 'waiting', before } = request.query;
  if (!isView(view) || (before !== undefined && typeof before !== 'string'))
    throw new BrokerError(
      'PARAMETER_INVALID',
      `The view must be one of ${LIST_VIEWS.join(', ')}, and before what the page before said as next.`,
    );
  return deps.store.read(async (tx) =>
    listRequests(tx, { view, before, person, policies: await deps.policies(tx), webOf: deps.webOf }),
  );
}

const isView = (view: unknown): view is ListView => (LIST_VIEWS as readonly unknown[]).includes(view);

export function detail(deps: PeopleRequestDeps, person: SignedIn, id: string): Promise<RequestDetail> {
  return deps.store.read(async (tx) => {
    const row = await visible(deps, tx, { person, id });
    return detailOf(tx, row, { ...deps, policies: await deps.policies(tx), person });
  });
}

/** @throws BrokerError NOT_FOUND, also for what this person may not see */
export async function visible(
  deps: PeopleRequestDeps,
  tx: Transaction,
  { person, id }: { person: SignedIn; id: string },
): Promise<RequestRow> {
  const row = await tx.requests.find(id);
  if (row === undefined || !(await maySee(tx, { policies: await deps.policies(tx), person, row })))
    throw new BrokerError('NOT_FOUND', 'There is no such request, or it is not one that you may see.');
  return row;
}

async function decide(deps: PeopleRequestDeps, request: Request<{ id: string }>): Promise<RequestDetail> {
  const person = await changingPerson(deps, request);
  const body = await jsonBody(request, verdictBodySchema);
  const { id } = request.params;
  const { highRisk, now } = await deps.store.read(async (tx) => ({
    highRisk: isHighRisk({ ...deps, policies: await deps.policies(tx) }, await visible(deps, tx, { person, id })),
    now: tx.now,
  }));
  if (body.reason === undefined && (highRisk || body.verdict === 'reject'))
    throw new BrokerError('PARAMETER_INVALID', 'Say why: a rejection, and every verdict on high risk, has a reason.');
  if (highRisk) requireStepUp(deps, person, now);
  // Asked again, now: somebody who left the team since they signed in decides nothing any more.
  const confirmed = await deps.people.confirmTeams(person);
  const approver = { ...approverOf(confirmed), stepUp: freshStepUp(confirmed, now) };
  await castVerdict(deps, { ...body, reason: body.reason, requestId: id, approver });
  return detail(deps, confirmed, id);
}

async function takeBack(deps: PeopleRequestDeps, request: Request<{ id: string }>): Promise<RequestDetail> {
  const person = await personOrCommandLine(deps, request, changingPerson);
  const { id } = request.params;
  await deps.store.commit(async (tx) => {
    const row = await visible(deps, tx, { person, id });
    if (!(await isRequester(tx, person, row)))
      throw new BrokerError(
        'NOT_AN_APPROVER',
        'Only who asked takes a request back. If it should not go on, reject it.',
      );
    if (!(await withdraw(deps, tx, { request: row, by: 'requester' })))
      throw new BrokerError('APPROVAL_DECIDED', `This is ${row.state}: there is nothing to take back any more.`);
  });
  deps.waiting.announce([id]);
  return detail(deps, person, id);
}
