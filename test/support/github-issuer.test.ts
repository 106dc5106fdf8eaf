import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Failure } from './github-failures.ts';
import { type GithubIssuerOptions, startGithubIssuer, type TokenEndpoint } from './github-issuer.ts';

async function start(options?: GithubIssuerOptions) {
  const issuer = await startGithubIssuer(options);
  onTestFinished(() => issuer.close());
  return issuer;
}

const askToken = ({ url, bearer }: TokenEndpoint, query = '&audience=https%3A%2F%2Fbroker.example.com') =>
  fetch(`${url}${query}`, { headers: { authorization: `bearer ${bearer}` } });

const keySetOf = async (url: string) =>
  (await (await fetch(`${url}/.well-known/jwks`)).json()) as { keys: { kid: string }[] };

describe('the GitHub double', () => {
  test('its tokens verify by discovery with an independent library', async () => {
    const issuer = await start();
    const discovery = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as {
      jwks_uri: string;
      issuer: string;
    };
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
    const { payload } = await jwtVerify(await issuer.mint({ aud: 'me' }), keys, {
      issuer: discovery.issuer,
      audience: 'me',
      typ: 'JWT',
    });
    expect(payload).toMatchObject({
      repository: 'octo-org/octo-repo',
      repository_id: '456789',
      ref: 'refs/heads/main',
    });
  });

  test('the token endpoint answers a job as the runner’s service does', async () => {
    const issuer = await start();
    const response = await askToken(issuer.tokenEndpoint);
    const { count, value } = (await response.json()) as { count: number; value: string };
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(count).toBe(value.length);
    expect(decodeJwt(value)).toMatchObject({ iss: issuer.url, aud: 'https://broker.example.com', event_name: 'push' });
  });

  test('without an audience the token is for the page of the owner', async () => {
    const { tokenEndpoint } = await start();
    const { value } = (await (await askToken(tokenEndpoint, '')).json()) as { value: string };
    expect(decodeJwt(value).aud).toBe('https://github.com/octo-org');
  });

  test('each job has its own bearer and claims', async () => {
    const issuer = await start();
    const other = issuer.tokenEndpointOf({ ref: 'refs/heads/feature-x', run_id: '7' });
    const { value } = (await (await askToken(other)).json()) as { value: string };
    expect(other.bearer).not.toBe(issuer.tokenEndpoint.bearer);
    expect(decodeJwt(value)).toMatchObject({ ref: 'refs/heads/feature-x', run_id: '7' });
  });

  test('the token endpoint refuses a stranger, another method and a bad query', async () => {
    const { tokenEndpoint } = await start();
    const { url, bearer } = tokenEndpoint;
    const headers = { authorization: `bearer ${bearer}` };
    expect((await askToken({ url, bearer: 'guess' })).status).toBe(401);
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(405);
    expect((await askToken(tokenEndpoint, '&audience=')).status).toBe(400);
    expect((await askToken(tokenEndpoint, '&audience=a&audience=b')).status).toBe(400);
    expect((await fetch(url.replace('?api-version=2.0', ''), { headers })).status).toBe(400);
  });

  test('each token has its own jti and times around the given clock', async () => {
    const issuer = await start({ now: () => 1_795_341_600_500 });
    const [first, second] = [decodeJwt(await issuer.mint()), decodeJwt(await issuer.mint())];
    expect(first).toMatchObject({ iat: 1_795_341_600, nbf: 1_795_341_000, exp: 1_795_341_900 });
    expect(first.jti).not.toBe(second.jti);
  });

  test('claims and header members can be changed and left out', async () => {
    const issuer = await start({ claims: { ref: 'refs/heads/a', aud: 'me' } });
    const token = await issuer.mint(
      { ref: 'refs/heads/b', environment: 'production', check_run_id: undefined },
      { kid: undefined, jku: 'x' },
    );
    expect(decodeJwt(token)).toMatchObject({ ref: 'refs/heads/b', environment: 'production', aud: 'me' });
    expect(decodeJwt(token)).not.toHaveProperty('check_run_id');
    expect(decodeProtectedHeader(token)).toEqual({
      typ: 'JWT',
      alg: 'RS256',
      x5t: 'ykNaY4qM_ta4k2TgZOCEYLkcYlA',
      jku: 'x',
    });
  });

  test('a raw token keeps its bytes', async () => {
    const issuer = await start();
    const [header, payload] = (await issuer.mintRaw('{"a":1,"a":2}', Uint8Array.of(0xff))).split('.');
    expect(Buffer.from(header ?? '', 'base64url').toString()).toBe('{"a":1,"a":2}');
    expect(Buffer.from(payload ?? '', 'base64url')).toEqual(Buffer.of(0xff));
  });

  test('rotation signs with a new key and keeps the old one published, until it is withdrawn', async () => {
    const issuer = await start();
    const kids = async () => (await keySetOf(issuer.url)).keys.map(({ kid }) => kid);
    const first = await kids();
    await issuer.rotate();
    const second = decodeProtectedHeader(await issuer.mint()).kid;
    expect(await kids()).toEqual([second, ...first]);
    await issuer.rotate({ withdraw: true });
    expect(await kids()).toEqual([decodeProtectedHeader(await issuer.mint()).kid]);
  });

  test('it can live below a path, as on GitHub Enterprise Server', async () => {
    const issuer = await start({ path: '/_services/token' });
    expect(new URL(issuer.url).pathname).toBe('/_services/token');
    expect((await keySetOf(issuer.url)).keys).toHaveLength(1);
    expect((await fetch(new URL('/.well-known/jwks', issuer.url))).status).toBe(404);
  });

  test('it remembers what was asked', async () => {
    const issuer = await start();
    await askToken(issuer.tokenEndpoint);
    await keySetOf(issuer.url);
    expect(issuer.requests).toEqual(['GET /idtoken', 'GET /.well-known/jwks']);
  });

  test.for([
    ['error', { status: 500 }],
    ['redirect', { status: 302, location: '/.well-known/jwks?moved' }],
    ['html', { status: 200, type: 'text/html' }],
    ['garbage', { status: 200, body: /Unicorn/ }],
    ['no-keys', { status: 200, body: /^\{"keys":\[\]\}$/ }],
    ['huge', { status: 200, body: /\s{1048576}$/ }],
  ] as const satisfies (readonly [Failure, object])[])('%s: fails so, and recovers', async ([failure, expected]) => {
    const issuer = await start();
    await issuer.fail(failure);
    const response = await fetch(`${issuer.url}/.well-known/jwks`, { redirect: 'manual' });
    expect(response.status).toBe(expected.status);
    if ('location' in expected) expect(response.headers.get('location')).toBe(expected.location);
    if ('type' in expected) expect(response.headers.get('content-type')).toBe(expected.type);
    if ('body' in expected) expect(await response.text()).toMatch(expected.body);
    await issuer.recover();
    expect((await keySetOf(issuer.url)).keys).toHaveLength(1);
  });

  test('wrong-issuer: discovery speaks for somebody else', async () => {
    const issuer = await start();
    await issuer.fail('wrong-issuer');
    const response = await fetch(`${issuer.url}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      issuer: 'https://issuer.example',
      jwks_uri: `${issuer.url}/.well-known/jwks`,
    });
  });

  test('down: refuses connections, and comes back at the same address', async () => {
    const issuer = await start();
    await issuer.fail('down');
    await expect(keySetOf(issuer.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await issuer.recover();
    expect((await keySetOf(issuer.url)).keys).toHaveLength(1);
  });

  test('slow: answers when it recovers, and not before', async () => {
    const issuer = await start();
    await issuer.fail('slow', 'jwks');
    await expect(fetch(`${issuer.url}/.well-known/jwks`, { signal: AbortSignal.timeout(20) })).rejects.toThrow(
      'timeout',
    );
    const waiting = keySetOf(issuer.url);
    expect((await fetch(`${issuer.url}/.well-known/openid-configuration`)).status).toBe(200);
    await issuer.recover();
    expect((await waiting).keys).toHaveLength(1);
  });
});
