// `POST /v1/token`: asking for a credential, and polling for a command line's login. The one route that is busy, so it stands on
// node:http itself, before Express.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../shared/api.ts';
import { DEVICE_GRANT_TYPE } from '../../shared/device-login.ts';
import { ASK_INTERVAL } from '../approvals/waiting.ts';
import { type Exchanged, exchange } from '../exchange.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { Reason } from '../model.ts';
import { STRANGER_SUMMARY } from '../policy/explain.ts';
import { type Answer, type Answering, jsonAnswer } from './answer.ts';
import { answerDevice, type DeviceTokenDeps } from './device-token.ts';
import { readBody } from './read-body.ts';
import type { Refuse } from './refuse.ts';
import { sendPending, sendToken } from './send-token.ts';
import { parseForm, parseTokenRequest } from './token-request.ts';
import { refuseWhileStopping } from './while-stopping.ts';

export interface TokenRouteDeps extends ExchangeDeps, DeviceTokenDeps {
  /** public origin, for links to requests */
  readonly url: string;
  /** false from the moment a shutdown began */
  readonly accepting: () => boolean;
  readonly answering: Answering;
  readonly refuse: Refuse;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function tokenRoute(deps: TokenRouteDeps): Route {
  return async (request, response) => {
    try {
      refuseWhileStopping(deps.accepting);
      const parameters = parseForm(request.headers['content-type'], await readBody(request));
      if (parameters.get('grant_type') === DEVICE_GRANT_TYPE) await answerDevice(deps, response, parameters);
      else answerToken(deps, response, await exchange(deps, parseTokenRequest(parameters)));
    } catch (error) {
      deps.refuse.response(response, 'oauth', error);
    }
  };
}

function answerToken(deps: TokenRouteDeps, response: ServerResponse, exchanged: Exchanged): void {
  const requestUrl = (id: string): string => `${deps.url}/requests/${id}`;
  const send = (answer: Answer): void => deps.answering.write(response, answer);
  switch (exchanged.outcome) {
    case 'issued': {
      const { issued } = exchanged;
      sendToken(send, issued, { now: deps.clock.now(), requestUrl: requestUrl(issued.requestId) });
      return;
    }
    case 'pending':
      sendPending(send, exchanged, { interval: ASK_INTERVAL, requestUrl: requestUrl(exchanged.requestId) });
      return;
    case 'slow-down':
      send(jsonAnswer(400, { error: 'slow_down', interval: ASK_INTERVAL } satisfies Refusal));
      return;
    default:
      send(jsonAnswer(400, refusal(exchanged, requestUrl(exchanged.requestId))));
  }
}

/** Strangers get the same bytes whether the project exists or not; jobs of public repositories codes and a link (P7). */
function refusal(refused: Extract<Exchanged, { outcome: 'stranger' | 'refused' }>, requestUrl: string): Refusal {
  const ranOut = refused.outcome === 'refused' && refused.reasons.some(({ code }) => code === 'APPROVAL_EXPIRED');
  const nothing = {
    // RFC 8628 §3.5 has a word of its own for what nobody decided in time.
    error: ranOut ? 'expired_token' : 'access_denied',
    error_description: STRANGER_SUMMARY,
    request_id: refused.requestId,
  };
  if (refused.outcome === 'stranger') return nothing;
  if (refused.disclosure === 'codes') return { ...nothing, request_url: requestUrl, reasons: codesOf(refused.reasons) };
  return { ...nothing, error_description: refused.summary, request_url: requestUrl, reasons: [...refused.reasons] };
}

export const codesOf = (reasons: readonly Reason[]): { code: string }[] =>
  [...new Set(reasons.map(({ code }) => code))].map((code) => ({ code }));
