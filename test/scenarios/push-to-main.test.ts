// A push to main gets its JWT, everybody who should can verify it, and the log proves it.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { verifyReceipt } from '../../shared/receipt.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { BROKER_URL, newSecret, TestBroker } from '../support/test-broker.ts';

const AUDIENCE = 'https://previews.example.com';

describe('a push to main', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.close());

  /** As a relying party that knows the issuer's name only; its discovery leads to the broker under test. */
  const keysByDiscovery = async () => {
    const discovery = (await broker.fetch('/.well-known/openid-configuration')).body;
    expect(discovery.issuer).toBe(BROKER_URL);
    return createRemoteJWKSet(new URL(discovery.jwks_uri.replace(BROKER_URL, broker.origin)));
  };

  it('gets a JWT that an independent verifier accepts, for ten minutes at most', async () => {
    const answer = await broker.ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { payload, protectedHeader } = await jwtVerify(answer.body.access_token, await keysByDiscovery(), {
      issuer: BROKER_URL,
      audience: AUDIENCE,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({
      sub: 'project:shop:entitlement:publish-preview',
      client_id: 'shop/publish-preview',
      jti: answer.body.issuance_id,
      repository_id: '456789',
      run_id: '15987654321',
      assurance: 'automated',
      issuer_name: 'github',
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(protectedHeader.kid).toBeTruthy();
    expect(answer.body.expires_in).toBeLessThanOrEqual(600);
  });

  it('gets RS256 and the policy’s own claims where the entitlement says so', async () => {
    const { body } = await broker.ask({ scope: 'shop/deploy', claims: { environment: 'Production' } });
    const { payload } = await jwtVerify(body.access_token, await keysByDiscovery(), {
      issuer: BROKER_URL,
      audience: 'https://deploy.example.com',
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({ action: 'deploy', environment: 'Production' });
  });

  it('is served by a standard OAuth client (RFC 8693)', async () => {
    const as = { issuer: BROKER_URL, token_endpoint: `${broker.origin}/v1/token` };
    const client = { client_id: 'ci-job' };
    const parameters = {
      subject_token: await broker.token(),
      subject_token_type: ID_TOKEN_TYPE,
      scope: 'shop/publish-preview',
    };
    const response = await oauth.genericTokenEndpointRequest(as, client, oauth.None(), GRANT_TYPE, parameters, {
      [oauth.allowInsecureRequests]: true,
    });
    const result = await oauth.processGenericTokenEndpointResponse(as, client, response);
    expect(result).toMatchObject({
      token_type: 'bearer',
      scope: 'shop/publish-preview',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });

  it('gets a receipt that proves its entry under the published key', async () => {
    const { body } = await broker.ask();
    const [key = ''] = (await broker.fetch('/log/key')).text.split('\n');
    const { entry } = verifyReceipt(body.receipt, [parseVerifierKey(key)]);
    expect(key).toMatch(/^buildpass\.example\.com\/log\+/);
    expect(entry).toMatchObject({
      type: 'issuance.succeeded',
      issuance_id: body.issuance_id,
      request_id: body.request_id,
      project: 'shop',
      entitlement: 'publish-preview',
      repository_id: '456789',
      run_attempt: '1',
      assurance: 'automated',
      rule: 0,
      approvals: [],
    });
  });

  it('is in the log: decided, started, succeeded, and not a word of the credential or of the person', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ secret, parameters: { reason: 'nightly preview', ticket: 'SHOP-812' } });
    const mine = (await broker.entries()).filter((entry) => entry['request_id'] === body.request_id);
    expect(mine.map(({ type }) => type)).toEqual(['request.decided', 'issuance.started', 'issuance.succeeded']);
    expect(Object.keys(mine[0]?.['personal'] as object).sort()).toEqual([
      'details',
      'reason',
      'requester',
      'requester_name',
      'ticket',
    ]);
    const text = JSON.stringify(mine);
    for (const hidden of [secret, body.access_token, 'octocat', '583231', 'nightly preview'])
      expect(text).not.toContain(hidden);
  });

  it('may ask for less time, in whole seconds, and gets no more than that', async () => {
    const { body } = await broker.ask({ parameters: { ttl: '120' } });
    expect(body.expires_in).toBeGreaterThan(110);
    expect(body.expires_in).toBeLessThanOrEqual(120);
  });

  it('gets two credentials when it asks twice, and the first lives on', async () => {
    const claims = { run_id: '777' };
    const [first, second] = [await broker.ask({ claims }), await broker.ask({ claims })];
    expect(first.body.lease_id).not.toBe(second.body.lease_id);
    await jwtVerify(first.body.access_token, await keysByDiscovery(), { issuer: BROKER_URL, audience: AUDIENCE });
    const leases = await broker.running.store.read((tx) => tx.leases.latest(50));
    const mine = leases.filter(({ id }) => [first.body.lease_id, second.body.lease_id].includes(id));
    expect(mine.map(({ state }) => state)).toEqual(['live', 'live']);
  });

  it('gets no more credentials of an entitlement than one job may have', async () => {
    const ask = () => broker.ask({ scope: 'shop/deploy', claims: { environment: 'production', run_id: '888' } });
    for (let count = 0; count < 3; count += 1) expect((await ask()).status).toBe(200);
    const { status, body } = await ask();
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
  });
});

describe('a broker whose issuer is a site of its own', () => {
  it('signs as that issuer, and takes tokens for its url only', async () => {
    const broker = await TestBroker.start({ issuer: 'https://keys.example.com' });
    const { body } = await broker.ask();
    const payload = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    expect(payload.iss).toBe('https://keys.example.com');
    expect((await broker.fetch('/.well-known/openid-configuration')).body.issuer).toBe('https://keys.example.com');
    expect((await broker.fetch('/.well-known/oauth-authorization-server')).body.issuer).toBe(BROKER_URL);
    expect((await broker.ask({ token: await broker.token({ aud: 'https://keys.example.com' }) })).body.code).toBe(
      'AUDIENCE_MISMATCH',
    );
    await broker.close();
  });
});
