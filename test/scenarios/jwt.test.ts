// A job calls a service of the organization with its `jwt` credential; the service knows nothing of the broker but the issuer's address.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuerSite, startIssuerSite } from '../support/issuer-site.ts';
import type { MoodyServer } from '../support/moody-server.ts';
import { startRelyingParty } from '../support/relying-party.ts';
import { TestBroker } from '../support/test-broker.ts';

const AUDIENCE = 'https://previews.example.com';

describe('a service that trusts the broker', () => {
  let [broker, service, site]: [TestBroker, MoodyServer, IssuerSite] = [] as never;
  let later = 0;
  beforeAll(async () => {
    site = await startIssuerSite();
    const may = {
      '/previews': ['project:shop:entitlement:publish-preview'],
      '/deploys': ['project:shop:entitlement:deploy'],
    };
    service = await startRelyingParty({ issuer: site.url, audience: AUDIENCE, may });
    broker = await TestBroker.start({ issuer: site.url, clock: { now: () => Date.now() + later } });
    await site.publish(broker);
  });
  afterAll(async () => {
    await broker.close();
    service.close();
    site.close();
  });

  const call = async (path: string, token: string) => {
    const answer = await fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) };
  };

  it('does what the job asks, and knows which issuance it was', async () => {
    const { body } = await broker.ask();
    expect(await call('/previews', body.access_token)).toEqual({
      ...{ status: 200, done: '/previews', by: 'project:shop:entitlement:publish-preview' },
      ...{ issuance: body.issuance_id, repository: '456789' },
    });
  });

  it('does nothing that another entitlement is for', async () => {
    const { body } = await broker.ask();
    expect(await call('/deploys', body.access_token)).toMatchObject({ status: 403, error: 'insufficient_scope' });
  });

  it('takes no token for another service', async () => {
    const { body } = await broker.ask({ scope: 'shop/deploy', claims: { environment: 'production' } });
    expect(await call('/deploys', body.access_token)).toMatchObject({
      status: 401,
      error_description: expect.stringContaining('"aud"'),
    });
  });

  it('takes no subject token of the job, and no token that somebody changed', async () => {
    const { body } = await broker.ask();
    const [header, payload = '', signature] = body.access_token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'project:shop:entitlement:deploy' })).toString(
      'base64url',
    );
    for (const token of [await broker.token(), `${header}.${forged}.${signature}`, `${header}.${payload}.`, ''])
      expect(await call('/deploys', token)).toMatchObject({ status: 401, error: 'invalid_token' });
  });

  it('takes none that ended', async () => {
    later = -15 * 60_000;
    const { body } = await broker.ask({ claims: timesOf(later) });
    later = 0;
    expect(await call('/previews', body.access_token)).toMatchObject({
      status: 401,
      error_description: expect.stringContaining('"exp"'),
    });
  });
});

/** A subject token of then. */
const timesOf = (later: number) => {
  const iat = Math.floor((Date.now() + later) / 1000);
  return { iat, nbf: iat, exp: iat + 300 };
};
