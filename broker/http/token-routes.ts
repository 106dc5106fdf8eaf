// `POST /v1/token` and `POST /v1/explain`: asking for a credential, and asking what the answer would be.
import express, { type Request, type Response, Router } from 'express';
import type { Explanation, Refusal } from '../../shared/api.ts';
import { type ExchangeDeps, type Exchanged, exchange, identify } from '../exchange.ts';
import type { Reason } from '../model.ts';
import { disclosure, explain, STRANGER_SUMMARY } from '../policy/explain.ts';
import { decisionFor, readContext } from '../requests/ask-context.ts';
import { bearerOf } from './bearer.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { problemHandler } from './problem.ts';
import { BODY_LIMIT } from './request-context.ts';
import { sendToken } from './send-token.ts';
import { parseAsk, parseForm, parseTokenRequest } from './token-request.ts';
import { refuseWhileStopping } from './while-stopping.ts';

export interface TokenRouteDeps extends ExchangeDeps {
  /** public origin, for links to requests */
  readonly url: string;
  /** false from the moment a shutdown began */
  readonly accepting: () => boolean;
}

export function tokenRoutes(deps: TokenRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  // Bytes, whatever they are said to be: the form is ours to read (token-request.ts).
  const body = express.raw({ type: () => true, limit: BODY_LIMIT, inflate: false });
  router
    .route('/v1/token')
    .post(refuseWhileStopping(deps.accepting), body, async (request, response) => answerToken(deps, request, response))
    .all(methodNotAllowed('POST'))
    .all(problemHandler('oauth', deps.logger));
  router
    .route('/v1/explain')
    .post(refuseWhileStopping(deps.accepting), body, async (request, response) => {
      response.json(await explainAsk(deps, request));
    })
    .all(methodNotAllowed('POST'));
  return router;
}

async function answerToken(deps: TokenRouteDeps, request: Request, response: Response): Promise<void> {
  const ask = parseTokenRequest(parseForm(request.get('content-type'), request.body));
  const exchanged = await exchange(deps, ask);
  const requestUrl = (id: string): string => `${deps.url}/requests/${id}`;
  if (exchanged.outcome === 'issued')
    sendToken(response, exchanged.issued, {
      now: deps.clock.now(),
      requestUrl: requestUrl(exchanged.issued.requestId),
    });
  else response.status(400).json(refusal(exchanged, requestUrl(exchanged.requestId)));
}

/** Strangers get the same bytes whether the project exists or not; jobs of public repositories codes and a link (P7). */
function refusal(refused: Exclude<Exchanged, { outcome: 'issued' }>, requestUrl: string): Refusal {
  const nothing = {
    error: 'access_denied',
    error_description: STRANGER_SUMMARY,
    request_id: refused.requestId,
  };
  if (refused.outcome === 'stranger') return nothing;
  if (refused.disclosure === 'codes') return { ...nothing, request_url: requestUrl, reasons: codesOf(refused.reasons) };
  return { ...nothing, error_description: refused.summary, request_url: requestUrl, reasons: [...refused.reasons] };
}

const codesOf = (reasons: readonly Reason[]): { code: string }[] =>
  [...new Set(reasons.map(({ code }) => code))].map((code) => ({ code }));

/** The decision without asking: nothing is issued, nothing is appended; the subject token is used up all the same. */
async function explainAsk(deps: TokenRouteDeps, request: Request): Promise<Explanation> {
  const subjectToken = bearerOf(request);
  const ask = parseAsk(parseForm(request.get('content-type'), request.body));
  const subject = await identify(deps, subjectToken);
  const decision = await deps.store.read(async (tx) => {
    const unsaid = { subjectToken, reason: undefined, ticket: undefined, requestSecret: undefined };
    return decisionFor(tx, await readContext(deps, tx, { subject, request: { ...ask, ...unsaid } }));
  });
  if (decision.outcome === 'stranger') return { decision: 'deny', reasons: [] };
  const { decision: outcome, reasons } = explain(decision);
  return { decision: outcome, reasons: disclosure(decision, subject) === 'full' ? [...reasons] : codesOf(reasons) };
}
