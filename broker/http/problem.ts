// Errors become answers here and nowhere else. What is not a BrokerError reveals a request id and nothing more (P6, P7).
import type { ErrorRequestHandler, Response } from 'express';
import type { Refusal } from '../../shared/api.ts';
import { type ErrorCode, REQUEST_CODES } from '../../shared/error-codes.ts';
import { BrokerError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { contextOf } from './request-context.ts';

/** RFC 6749 §5.2 on the token endpoint, RFC 9457 elsewhere. */
export type ProblemForm = 'oauth' | 'problem';

const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set([
  'ISSUANCE_IN_PROGRESS',
  'ISSUER_UNREACHABLE',
  'STORE_UNAVAILABLE',
  'PAUSED',
  'SHUTTING_DOWN',
  'UPSTREAM_FAILED',
]);
const STATUS: Partial<Record<ErrorCode, number>> = {
  AUTHORIZATION_MISSING: 401,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  CONTENT_TYPE_UNSUPPORTED: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  PROVIDER_UNAVAILABLE: 500,
};
const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** What an operator should see; the rest is between us and the caller. */
const LEVEL: Partial<Record<ErrorCode, 'warn' | 'error'>> = {
  STORE_UNAVAILABLE: 'error',
  ISSUER_UNREACHABLE: 'warn',
  UPSTREAM_FAILED: 'warn',
};

export function problemHandler(form: ProblemForm, logger: Logger): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  return (thrown: unknown, request, response, _next) => {
    const { requestId } = contextOf(request);
    // Too late for another answer. Not Express's last handler: it prints what was thrown past our redaction.
    if (response.headersSent) {
      logger.error('an answer broke off', { http_request_id: requestId, error: thrown });
      response.destroy();
      return;
    }
    const error = asBrokerError(thrown);
    const status = statusOf(error.code, form);
    const level = status === 500 ? 'error' : (LEVEL[error.code] ?? 'info');
    logger[level]('request not served', { http_request_id: requestId, code: error.code, status, error });
    if (status === 503 || status === 429)
      response.set('Retry-After', String(error.retryAfter ?? DEFAULT_RETRY_AFTER_SECONDS));
    if (status === 401) response.set('WWW-Authenticate', 'Bearer');
    sendProblem(response, form, { error, status, requestId });
  };
}

interface Problem {
  readonly error: BrokerError;
  readonly status: number;
  readonly requestId: string;
}

function sendProblem(response: Response, form: ProblemForm, { error, status, requestId }: Problem): void {
  if (form === 'oauth') {
    response.status(status).json(oauthBody(error, status, requestId));
    return;
  }
  const detail =
    status === 500 ? `Something failed inside the broker. Its log knows more under ${requestId}.` : error.message;
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: titleOf(status),
        status,
        code: error.code,
        detail,
        request_id: requestId,
      }),
    );
}

function oauthBody(error: BrokerError, status: number, requestId: string): Refusal {
  if (status === 503) return { error: 'temporarily_unavailable', error_description: error.message, code: error.code };
  if (status >= 500) return { error: 'server_error', request_id: requestId };
  return {
    error: error instanceof OAuthError ? error.oauthError : 'invalid_request',
    error_description: error.message,
    code: error.code,
  };
}

/** An error of the token endpoint that OAuth has a word of its own for. */
export class OAuthError extends BrokerError {
  readonly oauthError: 'invalid_scope' | 'invalid_target' | 'unsupported_grant_type';

  constructor(oauthError: OAuthError['oauthError'], message: string) {
    super('PARAMETER_INVALID', message);
    this.oauthError = oauthError;
  }
}

function statusOf(code: ErrorCode, form: ProblemForm): number {
  if (UNAVAILABLE.has(code)) return 503;
  // Outside the token endpoint, a subject token or secret that does not hold is a matter of authorization.
  const bearer = (REQUEST_CODES as readonly string[]).includes(code) && code !== 'PARAMETER_INVALID';
  return STATUS[code] ?? (form === 'problem' && bearer ? 401 : 400);
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Content too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  503: 'Service unavailable',
};
const titleOf = (status: number): string => TITLES[status] ?? 'Internal server error';

/** What the body reader throws has a `type`; its message may hold the body, so only the kind is taken from it. */
function asBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  const { type, status } = thrown as { type?: string; status?: number };
  if (type === 'entity.too.large') return new BrokerError('BODY_TOO_LARGE', 'The request body is larger than 64 KiB.');
  if (type === 'encoding.unsupported')
    return new BrokerError('CONTENT_TYPE_UNSUPPORTED', 'The body must come as it is, without a Content-Encoding.');
  if (typeof type === 'string' && status === 400)
    return new BrokerError('PARAMETER_INVALID', 'The request body could not be read.');
  if (thrown instanceof URIError) return new BrokerError('NOT_FOUND', 'There is nothing at this address.');
  return new BrokerError('INTERNAL', 'Something failed inside the broker.', { cause: thrown });
}
