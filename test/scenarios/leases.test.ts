// What remains of an issuance: returned by its job, expired at its end, revoked where the other side can.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newSecret, TestBroker } from '../support/test-broker.ts';

describe('a lease', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand' });
  });
  afterAll(() => broker.close());

  it('is returned with the secret of its request, and the answer says what that means', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ secret });
    const { status, body: returned } = await broker.returnLease(body.lease_id, secret);
    expect(status).toBe(200);
    expect(returned).toEqual({ revocation: 'at-expiry', upstream_expires_at: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect((await broker.returnLease(body.lease_id, secret)).status).toBe(204);
    expect(await broker.entries('lease.returned')).toContainEqual(
      expect.objectContaining({ lease_id: body.lease_id, revocation: 'at-expiry' }),
    );
  });

  it('is returned with a fresh token of the same job', async () => {
    const { body } = await broker.ask({ secret: null });
    expect((await broker.returnLease(body.lease_id, await broker.token())).status).toBe(200);
  });

  it('is not returned by another job, nor with another secret, and stays as it was', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ secret });
    const asOther = await broker.returnLease(body.lease_id, await broker.token({ run_id: '1' }));
    expect([asOther.status, asOther.body.code]).toEqual([404, 'NOT_FOUND']);
    expect(asOther.headers.get('content-type')).toContain('application/problem+json');
    expect((await broker.returnLease(body.lease_id, newSecret())).status).toBe(404);
    expect((await broker.returnLease('lse_nothing', secret)).body).toEqual({
      ...asOther.body,
      request_id: expect.any(String),
    });
    expect((await broker.returnLease(body.lease_id, secret)).status).toBe(200);
  });

  it('is not returned without a readable authorization', async () => {
    const none = await broker.fetch('/v1/leases/lse_x', { method: 'DELETE' });
    expect([none.status, none.body.code, none.headers.get('www-authenticate')]).toEqual([
      401,
      'AUTHORIZATION_MISSING',
      'Bearer',
    ]);
    expect((await broker.returnLease('lse_x', 'a.b.c')).body).toMatchObject({ status: 401, code: 'TOKEN_MALFORMED' });
  });

  it('of another system is revoked there when it is returned', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ scope: 'shop/upstream', secret });
    expect((await broker.returnLease(body.lease_id, secret)).body.revocation).toBe('immediate');
    await broker.running.runBackground();
    expect(broker.provider.revoked).toContain(body.access_token);
    expect(await broker.entries('lease.revoked')).toContainEqual(expect.objectContaining({ lease_id: body.lease_id }));
  });
});

describe('time', () => {
  it('ends leases, revokes what would outlive them, and says when that failed', async () => {
    let now = Date.now();
    const broker = await TestBroker.start({ clock: { now: () => now }, background: 'by-hand' });
    onTestFinished(() => broker.close());
    const jwt = await broker.ask();
    const upstream = await broker.ask({ scope: 'shop/upstream' });
    broker.provider.revokeFails = true;
    await broker.returnLease(upstream.body.lease_id, await broker.token());
    await broker.running.runBackground();
    expect(await broker.entries('lease.revocation_failed')).toMatchObject([
      { lease_id: upstream.body.lease_id, attempt: 1 },
    ]);
    broker.provider.revokeFails = false;
    now += 5_000;
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([upstream.body.access_token]);
    now += 11 * 60_000;
    await broker.running.runBackground();
    expect(await broker.entries('lease.expired')).toMatchObject([{ lease_id: jwt.body.lease_id }]);
  });

  it('lets what could not be revoked die by itself, and never calls it revoked', async () => {
    let now = Date.now();
    const broker = await TestBroker.start({ clock: { now: () => now }, background: 'by-hand' });
    onTestFinished(() => broker.close());
    const { body } = await broker.ask({ scope: 'shop/upstream' });
    broker.provider.revokeFails = true;
    await broker.returnLease(body.lease_id, await broker.token());
    await broker.running.runBackground();
    now += 11 * 60_000;
    broker.provider.revokeFails = false;
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([]);
    expect((await broker.entries()).map(({ type }) => type).slice(-3)).toEqual([
      ...['lease.returned', 'lease.revocation_failed', 'lease.died'],
    ]);
  });

  it('ends a lease of another system by revoking it there', async () => {
    let now = Date.now();
    const broker = await TestBroker.start({ clock: { now: () => now }, background: 'by-hand' });
    onTestFinished(() => broker.close());
    broker.provider.mood = 'lives-too-long';
    const { body } = await broker.ask({ scope: 'shop/upstream' });
    expect(body.expires_in).toBeLessThanOrEqual(600);
    now += 601_000;
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([body.access_token]);
    expect((await broker.entries()).slice(-2).map(({ type }) => type)).toEqual(['lease.expired', 'lease.revoked']);
  });
});
