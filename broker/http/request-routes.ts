// `/v1/requests/{id}` for the job that asked, which has the request's secret: waiting there until people decided, and taking the
// request back. A credential is never among what is said here; a job collects it with a fresh subject token.
import { type Request, type Response, Router } from 'express';
import { REQUEST_SECRET_FORM, type RequestStatus } from '../../shared/api.ts';
import { Secret } from '../../shared/secret.ts';
import { withdraw } from '../approvals/endings.ts';
import { saidOn } from '../approvals/said.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { hashRequestSecret } from '../requests/ask-context.ts';
import type { RequestRow, RequestState } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { bearerOf } from './bearer.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { commandLineToken } from './person.ts';

export interface RequestRouteDeps extends ExchangeDeps {
  readonly url: string;
  /** false from the moment a shutdown began */
  readonly accepting: () => boolean;
}

const LONGEST_WAIT_SECONDS = 30;

export function requestRoutes(deps: RequestRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/requests/:id')
    .get(async (request, response, next) => {
      // Without a secret this is no job, but somebody who is signed in, their command line, or nobody.
      const { authorization } = request.headers;
      if (authorization === undefined || commandLineToken(request) !== undefined) return next('route');
      const secretHash = secretHashOf(request);
      response.json(await waitFor(deps, { request, response, secretHash }));
    })
    .delete(async (request, response) => {
      const secretHash = secretHashOf(request);
      const { id } = request.params;
      await deps.store.commit(async (tx) => {
        await withdraw(deps, tx, { request: await ownRequest(tx, id, secretHash), by: 'job' });
      });
      deps.waiting.announce([id]);
      response.json(await deps.store.read(async (tx) => statusOf(deps, tx, await ownRequest(tx, id, secretHash))));
    })
    .all(methodNotAllowed('GET, DELETE'));
  return router;
}

interface Polling {
  readonly request: Request<{ id: string }>;
  readonly response: Response;
  readonly secretHash: string;
}

/** Answers at once what is decided; a pending request holds the answer until it changes, or the wait is over. */
async function waitFor(deps: RequestRouteDeps, { request, response, secretHash }: Polling): Promise<RequestStatus> {
  const { id } = request.params;
  const wait = waitOf(request);
  const look = () => deps.store.read(async (tx) => statusOf(deps, tx, await ownRequest(tx, id, secretHash)));
  // Before anything is heard of: nobody else's request is kept waiting by whoever knows no more than its name.
  await look();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Listening first: what changes between looking and listening would be waited for in vain.
  const stopped = new AbortController();
  const changed = deps.waiting.next(id, wait * 1000, AbortSignal.any([gone.signal, stopped.signal]));
  try {
    const now = await look();
    if (now.state !== 'pending' || wait === 0 || !deps.accepting()) return now;
    await changed;
    return await look();
  } finally {
    stopped.abort();
  }
}

/** @throws BrokerError NOT_FOUND for what is unknown and for what is another's, alike */
async function ownRequest(tx: Transaction, id: string, secretHash: string): Promise<RequestRow> {
  const secret = await tx.requestSecrets.find(secretHash);
  const row = secret?.requestId === id ? await tx.requests.find(id) : undefined;
  if (row === undefined)
    throw new BrokerError('NOT_FOUND', 'There is no such request, or this is not the request_secret that made it.');
  return row;
}

async function statusOf(deps: RequestRouteDeps, tx: Transaction, row: RequestRow): Promise<RequestStatus> {
  const approval = await tx.approvals.ofRequest(row.id);
  const said = row.state === 'rejected' ? await saidOn(tx, row.id) : [];
  const reason = said.find(({ verdict }) => verdict === 'reject')?.reason;
  const open = row.state === 'pending' || row.state === 'approved';
  const expiresIn = open && approval !== undefined ? Math.floor((approval.expires_at - tx.now) / 1000) : 0;
  return {
    request_id: row.id,
    state: STATE_SHOWN[row.state],
    request_url: `${deps.url}/requests/${row.id}`,
    expires_in: Math.max(0, expiresIn),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What a job can do about it: collect what is approved, wait for what is pending, and nothing about the rest. */
const STATE_SHOWN: Readonly<Record<RequestState, RequestStatus['state']>> = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  withdrawn: 'withdrawn',
  void: 'void',
  denied: 'denied',
  granted: 'approved',
  issuing: 'approved',
  failed: 'approved',
  issued: 'issued',
  unknown: 'denied',
};

function secretHashOf(request: Request): string {
  const bearer = bearerOf(request);
  if (!REQUEST_SECRET_FORM.test(bearer))
    throw new BrokerError('AUTHORIZATION_MISSING', 'The bearer must be the request_secret of this request.');
  return hashRequestSecret(new Secret(bearer));
}

function waitOf(request: Request): number {
  const { wait = '0' } = request.query;
  const seconds = typeof wait === 'string' && /^[0-9]{1,2}$/.test(wait) ? Number(wait) : Number.NaN;
  if (seconds <= LONGEST_WAIT_SECONDS) return seconds;
  throw new BrokerError('PARAMETER_INVALID', `The wait must be a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}.`);
}
