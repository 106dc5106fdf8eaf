// The calls to the broker, each answer parsed with the schemas of shared/api.ts before a word of it is believed.
// What may pass by itself is TryAgain; what no second attempt can mend is ActionFailure.
import {
  type Explanation,
  explanationSchema,
  GRANT_TYPE,
  ID_TOKEN_TYPE,
  type Issued,
  issuedSchema,
  type LeaseReturn,
  leaseReturnSchema,
  type Refusal,
  type RequestStatus,
  refusalSchema,
  requestStatusSchema,
} from '../shared/api.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import { described, json, parse, retryAfterMs, UNUSABLE, unexpected } from './broker-answer.ts';
import type { Inputs } from './inputs.ts';
import { TryAgain } from './retry.ts';
import { AnswerTooLarge, type HttpAnswer, type HttpRequest, type Send } from './send.ts';

export type Exchange =
  | { readonly outcome: 'issued'; readonly issued: Issued }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  /** people must decide first */
  | { readonly outcome: 'pending'; readonly request: PendingRequest }
  /** a 200 that is no whole answer; the lease may exist all the same */
  | { readonly outcome: 'unusable'; readonly problem: string; readonly leaseId: string | undefined };

export interface PendingRequest {
  readonly id: string;
  /** where people decide; from the broker, and not believed before it is known to be its own */
  readonly url: string;
}

export interface Call {
  readonly send: Send;
  /** how long the caller can still wait */
  readonly leftMs: number;
}

type Asking = Pick<Inputs, 'broker' | 'scope' | 'ttl' | 'reason' | 'ticket'>;

/** Longer than the broker holds a request that waits. */
const LONGEST_MS = 35_000;
/** What a broker, or the gateway before it, says while it restarts or is busy. */
const PASSING = new Set([429, 502, 503, 504]);

export async function exchange(
  call: Call,
  inputs: Asking,
  secrets: { subjectToken: string; requestSecret: string },
): Promise<Exchange> {
  const answer = await ask(call, {
    method: 'POST',
    url: `${inputs.broker}/v1/token`,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: form({
      grant_type: GRANT_TYPE,
      subject_token: secrets.subjectToken,
      subject_token_type: ID_TOKEN_TYPE,
      scope: inputs.scope,
      ttl: inputs.ttl?.toString(),
      reason: inputs.reason,
      ticket: inputs.ticket,
      request_secret: secrets.requestSecret,
    }),
  });
  if (answer.status === 200) return readIssued(answer);
  const refusal = parse(answer, refusalSchema);
  if (answer.status !== 400 || refusal === undefined) throw unexpected(answer, inputs.broker);
  if (refusal.error === 'slow_down')
    throw new TryAgain(`${inputs.broker} asks us to slow down`, (refusal.interval ?? 5) * 1000);
  if (refusal.error === 'authorization_pending')
    return { outcome: 'pending', request: pendingOf(refusal, inputs.broker) };
  return { outcome: 'refused', refusal };
}

function pendingOf({ request_id: id, request_url: url = '' }: Refusal, broker: string): PendingRequest {
  if (id !== undefined && /^[A-Za-z0-9_-]{1,100}$/.test(id)) return { id, url };
  throw new ActionFailure(UNUSABLE, `${broker} says that people must decide, and names no request to wait for.`);
}

interface OwnRequest {
  readonly broker: string;
  readonly requestId: string;
  readonly requestSecret: string;
}

/** Waits at the broker for up to `wait` seconds, or until the request is decided. */
export async function requestStatus(call: Call, request: OwnRequest, wait: number): Promise<RequestStatus> {
  const answer = await ask(call, {
    method: 'GET',
    url: `${addressOf(request)}?wait=${wait}`,
    headers: headersOf(request),
  });
  const status = answer.status === 200 ? parse(answer, requestStatusSchema) : undefined;
  if (status === undefined) throw unexpected(answer, request.broker);
  return status;
}

export async function withdrawRequest(call: Call, request: OwnRequest): Promise<void> {
  const answer = await ask(call, { method: 'DELETE', url: addressOf(request), headers: headersOf(request) });
  if (answer.status !== 200) throw unexpected(answer, request.broker);
}

const addressOf = ({ broker, requestId }: OwnRequest): string =>
  `${broker}/v1/requests/${encodeURIComponent(requestId)}`;
const headersOf = ({ requestSecret }: OwnRequest) => ({
  accept: 'application/json',
  authorization: `Bearer ${requestSecret}`,
});

export async function explain(call: Call, inputs: Asking, subjectToken: string): Promise<Explanation> {
  const answer = await ask(call, {
    method: 'POST',
    url: `${inputs.broker}/v1/explain`,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${subjectToken}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form({ scope: inputs.scope, ttl: inputs.ttl?.toString() }),
  });
  const explanation = answer.status === 200 ? parse(answer, explanationSchema) : undefined;
  if (explanation === undefined) throw unexpected(answer, inputs.broker);
  return explanation;
}

/** What the return means; undefined where the lease was already gone. */
export async function endLease(
  call: Call,
  lease: { broker: string; leaseId: string; requestSecret: string },
): Promise<LeaseReturn | undefined> {
  const answer = await ask(call, {
    method: 'DELETE',
    url: `${lease.broker}/v1/leases/${encodeURIComponent(lease.leaseId)}`,
    headers: { accept: 'application/json', authorization: `Bearer ${lease.requestSecret}` },
  });
  if (answer.status === 204) return undefined;
  const returned = answer.status === 200 ? parse(answer, leaseReturnSchema) : undefined;
  if (returned === undefined) throw unexpected(answer, lease.broker);
  return returned;
}

async function ask({ send, leftMs }: Call, request: Omit<HttpRequest, 'timeoutMs'>): Promise<HttpAnswer> {
  const broker = new URL(request.url).origin;
  try {
    const answer = await send({ ...request, timeoutMs: Math.max(1, Math.min(leftMs, LONGEST_MS)) });
    if (PASSING.has(answer.status)) throw new TryAgain(described(answer, broker), retryAfterMs(answer));
    return answer;
  } catch (error) {
    if (error instanceof TryAgain) throw error;
    if (error instanceof AnswerTooLarge)
      throw new ActionFailure(UNUSABLE, `${broker}: ${error.message}. Is broker-url right?`);
    throw new TryAgain(`${broker} could not be reached (${messageOf(error)})`);
  }
}

function form(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}

function readIssued(answer: HttpAnswer): Exchange {
  const parsed = issuedSchema.safeParse(json(answer));
  if (parsed.success) return { outcome: 'issued', issued: parsed.data };
  const [issue] = parsed.error.issues;
  const where =
    issue === undefined || issue.path.length === 0
      ? 'it is no JSON object'
      : `${issue.path.join('.')}: ${issue.message}`;
  return {
    outcome: 'unusable',
    problem: where,
    leaseId: issuedSchema.pick({ lease_id: true }).safeParse(json(answer)).data?.lease_id,
  };
}
