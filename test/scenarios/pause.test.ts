// Everything is suspended: nothing is decided, nothing is issued, and nothing is held against anybody when it goes on.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { liftSuspensions, suspend } from '../support/beside-broker.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

const STRANGER = { repository_id: '999', repository: 'octo-org/other' };
const SAID = 'Issuing is paused. Nothing was decided; ask again when it goes on.';
const DEPLOY = { scope: 'shop/deploy', claims: { environment: 'production', run_id: '606' } };

describe('while issuing is paused', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand' });
  });
  afterAll(() => broker.close());
  beforeEach(() => suspend(broker, 'everything'));
  afterEach(() => liftSuspensions(broker));

  it.each([
    ['would be permitted', {}],
    ['would be refused', { claims: { ref: 'refs/heads/x' } }],
    ['names no entitlement', { scope: 'shop/no-such' }],
  ])('an ask that %s is answered 503 with Retry-After, and nothing is on record', async (_what, ask) => {
    const before = (await broker.entries()).length;
    const { status, headers, body } = await broker.ask(ask);
    expect([status, headers.get('retry-after')]).toEqual([503, '60']);
    expect(body).toEqual({ error: 'temporarily_unavailable', error_description: SAID, code: 'PAUSED' });
    expect(await broker.entries()).toHaveLength(before);
  });

  it('an explanation is not given either', async () => {
    const { status, headers, body } = await broker.explain('shop/publish-preview');
    expect([status, headers.get('retry-after')]).toEqual([503, '60']);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 503, code: 'PAUSED', detail: SAID });
  });

  it('a stranger is still a stranger, and does not learn of it', async () => {
    const paused = [await broker.ask({ claims: STRANGER }), await broker.explain('shop/deploy', STRANGER)];
    await liftSuspensions(broker);
    const running = [await broker.ask({ claims: STRANGER }), await broker.explain('shop/deploy', STRANGER)];
    const shapes = ({ status, body, text }: (typeof paused)[number]) => [status, text.replace(body.request_id, 'ID')];
    expect(paused.map(shapes)).toEqual(running.map(shapes));
    expect(paused.map(({ status }) => status)).toEqual([400, 200]);
  });

  it('the answer of an issued request is not given again, and it is when that goes on', async () => {
    const secret = newSecret();
    await liftSuspensions(broker);
    const issued = await broker.ask({ secret });
    await suspend(broker, 'everything');
    expect((await broker.ask({ secret })).body.code).toBe('PAUSED');
    await liftSuspensions(broker);
    expect((await broker.ask({ secret })).body.access_token).toBe(issued.body.access_token);
  });

  it('a lease can be returned all the same', async () => {
    const secret = newSecret();
    await liftSuspensions(broker);
    const { body } = await broker.ask({ secret });
    await suspend(broker, 'everything');
    expect((await broker.returnLease(body.lease_id, secret)).status).toBe(200);
  });

  it('nothing is held against the job afterwards: neither its secret nor its limit', async () => {
    const secret = newSecret();
    for (const _again of [1, 2, 3, 4]) await broker.ask({ ...DEPLOY, secret });
    await liftSuspensions(broker);
    const answers = [await broker.ask({ ...DEPLOY, secret }), await broker.ask(DEPLOY), await broker.ask(DEPLOY)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
