// Addresses and methods that are nothing, or nothing for this caller: each has one spelling, and says no in the right form.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORM, type RawRequest, sendBytes, sendRaw } from '../support/raw-http.ts';
import { checkRefusal, refusalOf } from '../support/refusal-of.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start({ background: 'by-hand' });
});
afterAll(() => broker.close());

const refused = (request: RawRequest) => refusalOf(broker.running.port, request);

describe('a method that does nothing', () => {
  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])('is %s /v1/token', async (method) => {
    const answer = await sendRaw(broker.running.port, { method, body: '' });
    expect(answer.headers.get('allow')).toBe('POST');
    expect(checkRefusal(answer, 'oauth')).toEqual({
      status: 405,
      error: 'invalid_request',
      error_description: `${method} does nothing here; use POST.`,
      code: 'METHOD_NOT_ALLOWED',
    });
  });

  it('is HEAD /v1/token, answered without a body', async () => {
    const { status, headers, body } = await sendRaw(broker.running.port, { method: 'HEAD', body: '' });
    expect([status, headers.get('allow'), body]).toEqual([405, 'POST', '']);
  });

  it.each([
    ['/v1/explain', 'GET', 'POST'],
    ['/v1/catalog', 'POST', 'GET'],
    ['/v1/leases/lse_x', 'GET', 'DELETE'],
    ['/v1/leases/lse_x', 'POST', 'DELETE'],
    ['/log/checkpoint', 'POST', 'GET, HEAD'],
    ['/log/key', 'DELETE', 'GET, HEAD'],
    ['/log/key-changes', 'POST', 'GET, HEAD'],
    ['/log/tile/0/000', 'PUT', 'GET, HEAD'],
    ['/healthz', 'POST', 'GET, HEAD'],
    ['/readyz', 'TRACE', 'GET, HEAD'],
    ['/.well-known/jwks.json', 'PUT', 'GET, HEAD'],
    ['/.well-known/openid-configuration', 'OPTIONS', 'GET, HEAD'],
  ])('at %s is %s; %s would', async (path, method, allowed) => {
    const answer = await sendRaw(broker.running.port, { method, path, body: '' });
    expect(answer.headers.get('allow')).toBe(allowed);
    expect(checkRefusal(answer, 'problem')).toMatchObject({
      status: 405,
      title: 'Method not allowed',
      code: 'METHOD_NOT_ALLOWED',
    });
  });
});

describe('an address that is nothing', () => {
  it.each([
    '/v1/token/',
    '/v1/Token',
    '/V1/token',
    '/v1/TOKEN',
    '//v1/token',
    '/v1//token',
    '/v1/./token',
    '/x/../v1/token',
    '/v1/%74oken',
    '/v1/token%00',
    '/v1/token;x=1',
    '/v1/token/x',
    '/v1',
    '/v1/explain/',
    '/v1/leases/',
    '/v1/leases/a/b',
    '/v1/leases/%zz',
    '/v1/log/entries',
    '/v1/log/entries/0',
    '/v1/catalog/',
    '/oauth/authorize',
    '/webhooks/github',
    '/healthz/',
    '/%',
    '/%ff',
    '/__proto__',
    '/.env',
    '/.git/config',
    '/metrics',
  ])('is %s', async (path) => {
    expect(await refused({ path })).toMatchObject({ status: 404, title: 'Not found', code: 'NOT_FOUND' });
  });

  it('is quoted in the answer without what a page or terminal would obey, and cut', async () => {
    const { detail } = await refused({ path: `/<script>"${'x.'.repeat(2_500)}` });
    expect(String(detail)).toContain('"/<script>\\"x.x');
    expect(String(detail).length).toBeLessThan(300);
  });

  it('may come with a query or a host of somebody’s choosing, which change nothing', async () => {
    expect(await refused({ path: '/v1/token?scope=shop/deploy', body: 'grant_type=x' })).toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    const absolute = await sendRaw(broker.running.port, {
      path: 'http://evil.example/v1/token',
      body: 'grant_type=x',
    });
    expect(checkRefusal(absolute, 'oauth')).toMatchObject({ code: 'PARAMETER_INVALID' });
  });
});

describe('a return of a lease', () => {
  it.each([
    ['no authorization', [], 'AUTHORIZATION_MISSING'],
    ['another scheme', ['Authorization: Basic YTpi'], 'AUTHORIZATION_MISSING'],
    ['two bearers in one', ['Authorization: Bearer a, Bearer b'], 'AUTHORIZATION_MISSING'],
    ['a bearer that is neither token nor secret', ['Authorization: Bearer short'], 'AUTHORIZATION_MISSING'],
    ['a token that is none', ['Authorization: Bearer a.b.c'], 'TOKEN_MALFORMED'],
    ['an unsigned token', ['Authorization: Bearer eyJhbGciOiJub25lIn0.e30.e30'], 'TOKEN_MALFORMED'],
  ])('is refused with %s', async (_what, headers, code) => {
    const answer = await sendRaw(broker.running.port, {
      method: 'DELETE',
      path: '/v1/leases/lse_x',
      headers,
      body: '',
    });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(checkRefusal(answer, 'problem')).toMatchObject({ status: 401, title: 'Unauthorized', code });
  });

  it.each([
    'lse_x',
    '%00',
    '..%2f..%2fx',
    '%F0%9F%9A%80',
    'x'.repeat(2_000),
    "'; DROP TABLE leases;--".replaceAll(' ', '%20'),
  ])('that does not exist is not found: %s', async (id) => {
    const headers = [`Authorization: Bearer ${newSecret()}`];
    const path = `/v1/leases/${id}`;
    expect(await refused({ method: 'DELETE', path, headers, body: '' })).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });
});

describe('an explanation', () => {
  const BEARER = 'Authorization: Bearer x';

  it.each([
    [[FORM], 'scope=shop/deploy', { status: 401, code: 'AUTHORIZATION_MISSING' }],
    [[FORM, BEARER], 'scope=shop/deploy', { status: 401, code: 'TOKEN_MALFORMED' }],
    [[FORM, BEARER], '', { status: 400, code: 'PARAMETER_INVALID' }],
    [[FORM, BEARER], 'scope=shop', { status: 400, code: 'PARAMETER_INVALID' }],
    [[FORM, BEARER], 'scope=shop/deploy&ttl=1.5', { status: 400, code: 'PARAMETER_INVALID' }],
    [['Content-Type: application/json', BEARER], '{}', { status: 415, code: 'CONTENT_TYPE_UNSUPPORTED' }],
    [[FORM, BEARER], 'x'.repeat(65_537), { status: 413, code: 'BODY_TOO_LARGE' }],
  ])('is refused with %j and "%.30s"', async (headers, body, expected) => {
    expect(await refused({ path: '/v1/explain', headers, body })).toMatchObject(expected);
  });

  it('is refused to a token that was used, or was made for somebody else', async () => {
    const token = await broker.token();
    const explained = () =>
      refused({ path: '/v1/explain', headers: [FORM, `Authorization: Bearer ${token}`], body: 'scope=shop/deploy' });
    await broker.ask({ token });
    expect(await explained()).toMatchObject({ status: 401, code: 'TOKEN_REPLAYED' });
    const { status, body } = await broker.explain('shop/deploy', { aud: 'https://elsewhere.example' });
    expect([status, body.code]).toEqual([401, 'AUDIENCE_MISMATCH']);
  });
});

describe('the host that a request names', () => {
  it.each(['evil.example', 'buildpass.example.com', '127.0.0.1', '[::1]:8080'])(
    'does not matter to programs: %s',
    async (host) => {
      const bytes = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      expect((await sendBytes(broker.running.port, bytes)).status).toBe(200);
    },
  );
});
