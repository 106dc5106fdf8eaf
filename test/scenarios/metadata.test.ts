// What machines read about a broker, as machines that we did not write read it.
import { createLocalJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../support/raw-http.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const ISSUER = 'https://keys.example.com';
const AUDIENCE = 'https://previews.example.com';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start({ issuer: ISSUER, background: 'by-hand' });
});
afterAll(() => broker.close());

/** Leads both public names to the broker under test. */
const toBroker = {
  [oauth.customFetch]: (url: string, init: object) =>
    fetch(url.replace(/^https:\/\/(keys|buildpass)\.example\.com/, broker.origin), init),
};

async function discover(issuer: string, algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(new URL(issuer), { algorithm, ...toBroker });
  return oauth.processDiscoveryResponse(new URL(issuer), response);
}

describe('discovery', () => {
  it('speaks for the issuer of the credentials, with what clouds and vaults read', async () => {
    expect(await discover(ISSUER, 'oidc')).toMatchObject({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    });
  });

  it('names every claim that a credential has', async () => {
    const { body } = await broker.ask({ claims: { environment: 'production' } });
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    const { claims_supported: supported } = await discover(ISSUER, 'oidc');
    expect(supported).toEqual(expect.arrayContaining(Object.keys(claims)));
  });

  it('leads a resource server to what it needs to take an access token (RFC 9068)', async () => {
    const { body } = await broker.ask();
    const headers = { authorization: `Bearer ${body.access_token}` };
    const request = new Request('https://previews.example.com/', { headers });
    const claims = await oauth.validateJwtAccessToken(await discover(ISSUER, 'oidc'), request, AUDIENCE, toBroker);
    expect(claims).toMatchObject({ client_id: 'shop/publish-preview', jti: body.issuance_id });
  });

  it('of the token endpoint speaks for the broker’s own url (RFC 8414)', async () => {
    expect(await discover(BROKER_URL, 'oauth2')).toEqual({
      issuer: BROKER_URL,
      token_endpoint: `${BROKER_URL}/v1/token`,
      token_endpoint_auth_methods_supported: ['none'],
      device_authorization_endpoint: `${BROKER_URL}/oauth/device_authorization`,
      introspection_endpoint: `${BROKER_URL}/oauth/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
      revocation_endpoint: `${BROKER_URL}/oauth/revoke`,
      revocation_endpoint_auth_methods_supported: ['none'],
      grant_types_supported: [
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types_supported: ['id_token'],
    });
  });
});

describe('the key set', () => {
  it('has the public half of each credential key and nothing else', async () => {
    const { keys } = (await broker.fetch('/.well-known/jwks.json')).body;
    expect(keys.map(({ alg, use }: Record<string, unknown>) => [alg, use]).sort()).toEqual([
      ['ES256', 'sig'],
      ['RS256', 'sig'],
    ]);
    for (const key of keys)
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']) expect(key).not.toHaveProperty(member);
    expect(new Set(keys.map(({ kid }: Record<string, unknown>) => kid)).size).toBe(keys.length);
  });

  it.each([
    ['ES256', 'shop/publish-preview', AUDIENCE],
    ['RS256', 'shop/deploy', 'https://deploy.example.com'],
  ])('verifies what is signed with %s', async (algorithm, scope, audience) => {
    const keys = createLocalJWKSet((await broker.fetch('/.well-known/jwks.json')).body);
    const { body } = await broker.ask({ scope, claims: { environment: 'production' } });
    const options = { issuer: ISSUER, audience, algorithms: [algorithm], typ: 'at+jwt' };
    expect((await jwtVerify(body.access_token, keys, options)).payload.jti).toBe(body.issuance_id);
  });

  it('stays the same across a restart', async () => {
    const before = (await broker.fetch('/.well-known/jwks.json')).text;
    await broker.restart();
    expect((await broker.fetch('/.well-known/jwks.json')).text).toBe(before);
  });
});

describe('each document', () => {
  it.each([
    ['/.well-known/openid-configuration', 'public, max-age=300'],
    ['/.well-known/oauth-authorization-server', 'public, max-age=300'],
    ['/.well-known/jwks.json', 'public, max-age=300'],
    ['/healthz', 'no-store'],
    ['/readyz', 'no-store'],
  ])('%s is JSON, may be kept as it says, and can be asked for by HEAD', async (path, caching) => {
    const { status, headers, body } = await broker.fetch(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(headers.get('cache-control')).toBe(caching);
    const head = await sendRaw(broker.running.port, { method: 'HEAD', path, headers: [] });
    expect([head.status, head.body, head.headers.get('cache-control')]).toEqual([200, '', caching]);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(JSON.stringify(body))));
  });

  it('says that the broker lives and serves, and no more about it', async () => {
    expect((await broker.fetch('/healthz')).body).toEqual({ status: 'alive' });
    expect((await broker.fetch('/readyz')).body).toEqual({ status: 'ready' });
  });
});
