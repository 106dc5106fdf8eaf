import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { systemElapsed, systemEntropy } from '../../../broker/clock.ts';
import { BrokerError } from '../../../broker/errors.ts';
import { createAnswering } from '../../../broker/http/answer.ts';
import { OAuthError } from '../../../broker/http/problem.ts';
import { createRefuse } from '../../../broker/http/refuse.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';
import { createMetrics } from '../../../broker/telemetry/metrics.ts';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { serveOnce } from '../../support/serve-once.ts';

function recorded() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', demo: false, destination });
  const answering = createAnswering({});
  return {
    lines,
    refuse: createRefuse({
      answering,
      logger,
      elapsed: systemElapsed,
      entropy: systemEntropy,
      metrics: createMetrics(),
    }),
  };
}

/** What a caller gets, and what our own log gets, when a route throws this. */
async function answerTo(thrown: unknown, form: 'oauth' | 'problem') {
  const { refuse, lines } = recorded();
  const response = await fetch(await serveOnce((_request, answer) => refuse.response(answer, form, thrown)));
  const line = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
    line,
    logged: lines.join(''),
  };
}

const error = (code: ErrorCode, retryAfter?: number) => new BrokerError(code, 'What was wrong.', { retryAfter });

describe('on the token endpoint', () => {
  it.each([
    ['PARAMETER_INVALID', 400],
    ['TOKEN_REPLAYED', 400],
    ['OWNER_NOT_ALLOWED', 400],
    ['METHOD_NOT_ALLOWED', 405],
    ['BODY_TOO_LARGE', 413],
    ['CONTENT_TYPE_UNSUPPORTED', 415],
    ['RATE_LIMITED', 429],
  ] as const)('%s is invalid_request with status %i', async (code, expected) => {
    const { status, headers, body } = await answerTo(error(code), 'oauth');
    expect([status, headers.get('content-type')]).toEqual([expected, 'application/json; charset=utf-8']);
    expect(body).toEqual({ error: 'invalid_request', error_description: 'What was wrong.', code });
  });

  it.each(['invalid_scope', 'invalid_target', 'unsupported_grant_type'] as const)(
    '%s is said in OAuth’s own word',
    async (word) => {
      const { status, body } = await answerTo(new OAuthError(word, 'No.'), 'oauth');
      expect([status, body]).toEqual([400, { error: word, error_description: 'No.', code: 'PARAMETER_INVALID' }]);
    },
  );

  it.each([
    'STORE_UNAVAILABLE',
    'POLICY_LOADING',
    'ISSUER_UNREACHABLE',
    'ISSUANCE_IN_PROGRESS',
    'UPSTREAM_FAILED',
    'PAUSED',
    'SHUTTING_DOWN',
  ] as const)('%s is our own trouble, and says when to come back', async (code) => {
    const { status, headers, body } = await answerTo(error(code, 7), 'oauth');
    expect([status, headers.get('retry-after')]).toEqual([503, '7']);
    expect(body).toEqual({ error: 'temporarily_unavailable', error_description: 'What was wrong.', code });
  });

  it('what nobody foresaw says a request id and nothing else, and the log has the rest', async () => {
    const { status, body, line } = await answerTo(new TypeError('x is not a function'), 'oauth');
    expect([status, body]).toEqual([500, { error: 'server_error', request_id: expect.stringMatching(/^err_/) }]);
    expect(line).toMatchObject({ level: 'error', http_request_id: body['request_id'], code: 'INTERNAL' });
    expect(JSON.stringify(line)).toContain('x is not a function');
  });
});

describe('elsewhere', () => {
  it.each([
    ['AUTHORIZATION_MISSING', 401, 'Unauthorized'],
    ['TOKEN_EXPIRED', 401, 'Unauthorized'],
    ['TOKEN_REPLAYED', 401, 'Unauthorized'],
    ['PARAMETER_INVALID', 400, 'Bad request'],
    ['NOT_FOUND', 404, 'Not found'],
    ['METHOD_NOT_ALLOWED', 405, 'Method not allowed'],
    ['RATE_LIMITED', 429, 'Too many requests'],
    ['STORE_UNAVAILABLE', 503, 'Service unavailable'],
  ] as const)('%s is problem details with status %i', async (code, expected, title) => {
    const { status, headers, body } = await answerTo(error(code), 'problem');
    expect([status, headers.get('content-type')]).toEqual([expected, 'application/problem+json; charset=utf-8']);
    const problem = { type: 'about:blank', title, status: expected, code, detail: 'What was wrong.' };
    expect(body).toEqual({ ...problem, request_id: expect.stringMatching(/^err_/) });
  });

  it.each([
    ['TOKEN_EXPIRED', 'www-authenticate', 'Bearer'],
    ['STORE_UNAVAILABLE', 'retry-after', '5'],
    ['RATE_LIMITED', 'retry-after', '5'],
  ] as const)('%s has the header %s', async (code, name, value) => {
    expect((await answerTo(error(code), 'problem')).headers.get(name)).toBe(value);
  });

  it.each(['secret value', { toString: () => 'secret value' }, new Error('secret value')])(
    'whatever was thrown, such as %o, stays inside',
    async (thrown) => {
      const { status, body } = await answerTo(thrown, 'problem');
      expect(status).toBe(500);
      expect(body['detail']).toBe(
        `Something failed inside the broker. Its log knows more under ${body['request_id']}.`,
      );
      expect(JSON.stringify(body)).not.toContain('secret value');
    },
  );
});

describe('the log line', () => {
  it.each([
    ['PARAMETER_INVALID', 'info'],
    ['ISSUANCE_IN_PROGRESS', 'info'],
    ['ISSUER_UNREACHABLE', 'warn'],
    ['UPSTREAM_FAILED', 'warn'],
  ] as const)('of %s is for those who watch at level %s', async (code, level) => {
    expect((await answerTo(error(code), 'oauth')).line).toMatchObject({ level, code, message: 'request not served' });
  });

  it.each([
    ['STORE_UNAVAILABLE', 'the store did not answer'],
    ['PROVIDER_UNAVAILABLE', 'a request failed inside the broker'],
  ] as const)('of %s wakes somebody', async (code, message) => {
    expect((await answerTo(error(code), 'oauth')).line).toMatchObject({ level: 'error', code, message });
  });

  it('has the cause that the caller does not learn, without what libraries hang on their errors', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { request: { body: 'subject_token=abc' } });
    const { body, logged } = await answerTo(new BrokerError('UPSTREAM_FAILED', 'No answer.', { cause }), 'oauth');
    expect(logged).toContain('ECONNREFUSED');
    expect(logged).not.toContain('subject_token');
    expect(JSON.stringify(body)).not.toContain('ECONNREFUSED');
  });
});

describe('an answer under way', () => {
  it('is broken off, and only our own log learns why', async () => {
    const { refuse, lines } = recorded();
    const half: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      refuse.response(response, 'problem', new Error('too late'));
    };
    const origin = await serveOnce(half);
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
    expect(lines.join('')).toContain('too late');
  });
});
