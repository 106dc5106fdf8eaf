// Errors become answers here and nowhere else. What is not a BrokerError reveals a request id and nothing more (P6, P7).
import type { Refusal } from '../../shared/api.ts';
import { type ErrorCode, REQUEST_CODES } from '../../shared/error-codes.ts';
import type { Seconds } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Answer } from './answer.ts';

/** RFC 6749 §5.2 on the token endpoint, RFC 9457 elsewhere. */
export type ProblemForm = 'oauth' | 'problem';

const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set([
  'ISSUANCE_IN_PROGRESS',
  'ISSUER_UNREACHABLE',
  'FACT_UNREACHABLE',
  'STORE_UNAVAILABLE',
  'POLICY_LOADING',
  'PAUSED',
  'SHUTTING_DOWN',
  'UPSTREAM_FAILED',
  'OVERLOADED',
  'SIGN_IN_UNAVAILABLE',
]);
const STATUS: Partial<Record<ErrorCode, number>> = {
  AUTHORIZATION_MISSING: 401,
  CLIENT_UNKNOWN: 401,
  SIGN_IN_REQUIRED: 401,
  CROSS_SITE: 403,
  PASSKEY_REFUSED: 400,
  SIGN_IN_REFUSED: 403,
  STEP_UP_REQUIRED: 403,
  TEAM_UNCONFIRMED: 403,
  NOT_AN_APPROVER: 403,
  OWN_REQUEST: 403,
  OWN_COMMIT: 403,
  OWN_POLICY: 403,
  IDENTITY_UNLINKED: 403,
  NOT_FOUND: 404,
  USER_CODE_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  APPROVAL_CHANGED: 409,
  APPROVAL_DECIDED: 409,
  JOB_GONE: 409,
  NOT_AN_INVOKER: 403,
  NOT_A_REVIEWER: 403,
  OWN_INCIDENT: 403,
  INCIDENT_CHANGED: 409,
  NOT_SECURITY: 403,
  SECOND_PERSON_NEEDED: 403,
  BREAK_GLASS_SHUT: 409,
  APPROVAL_EXPIRED: 410,
  BODY_TOO_LARGE: 413,
  CONTENT_TYPE_UNSUPPORTED: 415,
  RATE_LIMITED: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  PROVIDER_UNAVAILABLE: 500,
};
/** Where the next request begins after one of these is anybody's guess (RFC 9112 §9.6). */
const ENDS_CONNECTION: ReadonlySet<ErrorCode> = new Set(['REQUEST_MALFORMED', 'HEADERS_TOO_LARGE', 'BODY_TOO_LARGE']);
const DEFAULT_RETRY_AFTER: Seconds = 5;

/** What an operator should see; the rest is between us and the caller. */
const LEVEL: Partial<Record<ErrorCode, 'warn' | 'error'>> = {
  STORE_UNAVAILABLE: 'error',
  ISSUER_UNREACHABLE: 'warn',
  FACT_UNREACHABLE: 'warn',
  UPSTREAM_FAILED: 'warn',
};

export interface Problem {
  readonly error: BrokerError;
  readonly answer: Answer;
  /** how loud our own log says it */
  readonly level: 'info' | 'warn' | 'error';
}

export function problemOf(thrown: unknown, form: ProblemForm, requestId: string): Problem {
  const error = asBrokerError(thrown);
  const status = statusOf(error.code, form);
  const body = form === 'oauth' ? oauthBody(error, status, requestId) : detailsOf(error, status, requestId);
  const headers = {
    'Content-Type': `application/${form === 'oauth' ? 'json' : 'problem+json'}; charset=utf-8`,
    ...(status === 503 || status === 429 ? { 'Retry-After': String(error.retryAfter ?? DEFAULT_RETRY_AFTER) } : {}),
    ...(ENDS_CONNECTION.has(error.code) ? { Connection: 'close' } : {}),
    ...challengeOf(error.code, status),
  };
  const level = status === 500 ? 'error' : (LEVEL[error.code] ?? 'info');
  return { error, level, answer: { status, headers, body: JSON.stringify(body) } };
}

function challengeOf(code: ErrorCode, status: number): Readonly<Record<string, string>> {
  if (code === 'CLIENT_UNKNOWN') return { 'WWW-Authenticate': 'Basic realm="buildpass"' };
  return status === 401 && code !== 'SIGN_IN_REQUIRED' ? { 'WWW-Authenticate': 'Bearer' } : {};
}

function detailsOf(error: BrokerError, status: number, requestId: string): object {
  const detail =
    status === 500 ? `Something failed inside the broker. Its log knows more under ${requestId}.` : error.message;
  return {
    type: 'about:blank',
    title: titleOf(status),
    status,
    code: error.code,
    detail,
    ...error.details,
    request_id: requestId,
  };
}

function oauthBody(error: BrokerError, status: number, requestId: string): Refusal {
  if (status === 503) return { error: 'temporarily_unavailable', error_description: error.message, code: error.code };
  if (status >= 500) return { error: 'server_error', request_id: requestId };
  return {
    error: oauthErrorOf(error),
    error_description: error.message,
    code: error.code,
  };
}

function oauthErrorOf(error: BrokerError): string {
  if (error.code === 'CLIENT_UNKNOWN') return 'invalid_client';
  return error instanceof OAuthError ? error.oauthError : 'invalid_request';
}

/** An error of the token endpoint that OAuth has a word of its own for. */
export class OAuthError extends BrokerError {
  readonly oauthError: 'invalid_scope' | 'invalid_target' | 'unsupported_grant_type';

  constructor(oauthError: OAuthError['oauthError'], message: string) {
    super('PARAMETER_INVALID', message);
    this.oauthError = oauthError;
  }
}

/** The status that a code is answered with. */
export function statusOf(code: ErrorCode, form: ProblemForm): number {
  if (UNAVAILABLE.has(code)) return 503;
  // Outside the token endpoint, a subject token or secret that does not hold is a matter of authorization.
  const bearer = (REQUEST_CODES as readonly string[]).includes(code) && code !== 'PARAMETER_INVALID';
  return STATUS[code] ?? (form === 'problem' && bearer ? 401 : 400);
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  431: 'Request header fields too large',
  503: 'Service unavailable',
};
const titleOf = (status: number): string => TITLES[status] ?? 'Internal server error';

function asBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  // Express could not decode a part of the address.
  if (thrown instanceof URIError) return new BrokerError('NOT_FOUND', 'There is nothing at this address.');
  return new BrokerError('INTERNAL', 'Something failed inside the broker.', { cause: thrown });
}
