// Sends the answers with a secret in them: a credential, and the request_secret that the broker made where a client sent none.
// The only place where the broker reveals either (P6).
import type { Issued as IssuedAnswer, Refusal } from '../../shared/api.ts';
import type { Millis, Seconds } from '../clock.ts';
import type { Issued } from '../issuance/issuing.ts';
import type { Pending } from '../requests/decided.ts';
import { type Answer, jsonAnswer } from './answer.ts';

export function sendToken(
  send: (answer: Answer) => void,
  issued: Issued,
  context: { now: Millis; requestUrl: string },
): void {
  const { credential, endsAt } = issued;
  const body: IssuedAnswer = {
    access_token: credential.accessToken.reveal(),
    issued_token_type: credential.issuedTokenType,
    token_type: credential.tokenType,
    // A value that never dies has no end to count down to; 0 would read as dead.
    expires_in: endsAt === null ? Number.MAX_SAFE_INTEGER : Math.max(0, Math.floor((endsAt - context.now) / 1000)),
    scope: issued.scope,
    issuance_id: issued.issuanceId,
    lease_id: issued.leaseId,
    request_id: issued.requestId,
    request_url: context.requestUrl,
    assurance: issued.assurance,
    receipt: issued.receipt,
    credential: Object.fromEntries(Object.entries(credential.values).map(([name, value]) => [name, value.reveal()])),
    ...(credential.details === undefined ? {} : { details: credential.details }),
  };
  // RFC 6749 §5.1 asks for both headers; `Cache-Control: no-store` is on every answer.
  send(jsonAnswer(200, body, { Pragma: 'no-cache' }));
}

/** People must decide (RFC 8628 §3.5). */
export function sendPending(
  send: (answer: Answer) => void,
  { requestId, requestSecret, expiresIn }: Pending,
  { interval, requestUrl }: { interval: Seconds; requestUrl: string },
): void {
  const body: Refusal = {
    error: 'authorization_pending',
    error_description: 'People must approve this first. Wait at the request, and ask again once they have.',
    request_id: requestId,
    request_url: requestUrl,
    interval,
    expires_in: expiresIn,
    ...(requestSecret === undefined ? {} : { request_secret: requestSecret.reveal() }),
  };
  send(jsonAnswer(400, body));
}
