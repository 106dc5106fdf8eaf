// A job that asks again: the same answer to the same secret while it stands, and to nobody else.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { liftSuspensions, suspend } from '../support/beside-broker.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { keyElsewhere } from '../support/key-elsewhere.ts';
import { SHOP } from '../support/policy-files.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

const OTHER_RUN = { run_id: '31337', check_run_id: '31337' };

describe('a request that is asked again', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.close());

  it('after the answer was lost gets the same credential and receipt, and there was one issuance', async () => {
    const secret = newSecret();
    const [first, again] = [await broker.ask({ secret }), await broker.ask({ secret })];
    const { expires_in: before, ...rest } = first.body;
    const { expires_in: after, ...same } = again.body;
    expect(same).toEqual(rest);
    expect(after).toBeLessThanOrEqual(before);
    const mine = (await broker.entries()).filter(({ request_id: id }) => id === first.body.request_id);
    expect(mine.map(({ type }) => type)).toEqual([
      'request.decided',
      'issuance.started',
      'issuance.succeeded',
      'issuance.redelivered',
    ]);
  });

  it('by twenty connections at once is issued once', async () => {
    const secret = newSecret();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => broker.ask({ secret, claims: { run_id: '2020' } })),
    );
    const tokens = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.access_token));
    expect(tokens.size).toBe(1);
    expect(answers.filter(({ status, body }) => status !== 200 && body.code !== 'ISSUANCE_IN_PROGRESS')).toEqual([]);
    expect((await broker.entries('issuance.succeeded')).filter(({ run_id: run }) => run === '2020')).toHaveLength(1);
  });

  it.each([
    ['another entitlement', { scope: 'shop/deploy', claims: { environment: 'production' } }],
    ['another ttl', { parameters: { ttl: '300' } }],
    ['another reason', { parameters: { reason: 'other' } }],
    ['another ticket', { parameters: { ticket: 'X-1' } }],
  ])('with %s is a mismatch, on record', async (_what, change) => {
    const secret = newSecret();
    const claims = { environment: 'production' };
    const { body: first } = await broker.ask({ secret, claims });
    const { status, body } = await broker.ask({ secret, claims, ...change });
    expect([status, body.error, body.code]).toEqual([400, 'invalid_request', 'REQUEST_MISMATCH']);
    expect(await broker.entries('request.misused')).toContainEqual(
      expect.objectContaining({ request_id: first.request_id, code: 'REQUEST_MISMATCH' }),
    );
  });

  it('by another job is refused, answered from nothing, and changes nothing', async () => {
    const secret = newSecret();
    const { body: first } = await broker.ask({ secret });
    const before = await broker.running.store.read((tx) => tx.requests.find(first.request_id));
    const { body } = await broker.ask({ secret, claims: OTHER_RUN });
    expect(body).toEqual({
      error: 'invalid_request',
      error_description: expect.any(String),
      code: 'REQUEST_OF_ANOTHER_JOB',
    });
    expect(await broker.running.store.read((tx) => tx.requests.find(first.request_id))).toEqual(before);
    expect((await broker.ask({ secret })).body.access_token).toBe(first.access_token);
    expect(await broker.entries('request.misused')).toContainEqual(
      expect.objectContaining({ run_id: '31337', code: 'REQUEST_OF_ANOTHER_JOB' }),
    );
  });

  it('by a stranger is answered as a stranger, whatever secret it presents', async () => {
    const secret = newSecret();
    await broker.ask({ secret });
    const { body } = await broker.ask({ secret, claims: { repository_id: '999', repository: 'octo-org/other' } });
    expect(Object.keys(body)).toEqual(['error', 'error_description', 'request_id']);
  });

  it('after its lease was returned is spent', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ secret });
    await broker.returnLease(body.lease_id, secret);
    expect((await broker.ask({ secret })).body.code).toBe('REQUEST_SPENT');
  });

  it('without a secret is a new request each time', async () => {
    const claims = { run_id: '99' };
    const [first, second] = [await broker.ask({ secret: null, claims }), await broker.ask({ secret: null, claims })];
    expect(first.status).toBe(200);
    expect(second.body.request_id).not.toBe(first.body.request_id);
  });
});

describe('two minutes later', () => {
  it('the sealed copy is gone, from the answer and from the store', async () => {
    let now = Date.now();
    const broker = await start({ clock: { now: () => now } });
    const secret = newSecret();
    const { body } = await broker.ask({ secret });
    now += 119_000;
    expect((await broker.ask({ secret })).body.access_token).toBe(body.access_token);
    now += 2_000;
    expect((await broker.ask({ secret })).body.code).toBe('REQUEST_SPENT');
    const kept = () => broker.running.store.read((tx) => tx.sealedAnswers.find(body.request_id, 0));
    expect(await kept()).toBeDefined();
    await broker.running.runBackground();
    expect(await kept()).toBeUndefined();
  });
});

async function start(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand', ...options });
  onTestFinished(() => broker.close());
  return broker;
}

async function putInForce(broker: TestBroker, policy: string): Promise<void> {
  broker.writePolicy('shop.yaml', policy);
  expect((await broker.running.reload()).outcome).toBe('in-force');
}

/** Any job on main may deploy. */
const WITHOUT_ENVIRONMENT = SHOP.replaceAll('environment: production, ', '');

describe('a policy that changed before the retry', () => {
  it('is the one that decides: what it no longer allows is not given again', async () => {
    const broker = await start();
    const secret = newSecret();
    await broker.ask({ secret });
    const trunk = '{ branch: trunk, event: push }';
    await putInForce(broker, SHOP.replace('{ branch: main, event: [push, workflow_dispatch] }', trunk));
    const { body } = await broker.ask({ secret });
    expect(body).toMatchObject({
      error: 'access_denied',
      reasons: [{ code: 'POLICY_NO_MATCH', expected: 'trunk' }, {}, {}],
    });
  });

  it.each([
    ['a shorter ttl', SHOP.replace('ttl: 10m', 'ttl: 1m')],
    ['another audience', SHOP.replace('https://previews.example.com', 'https://deploy.example.com')],
  ])('to %s does not give the earlier credential again: a new ask gets what holds now', async (_what, policy) => {
    const broker = await start();
    const secret = newSecret();
    await broker.ask({ secret });
    await putInForce(broker, policy);
    const { status, body } = await broker.ask({ secret });
    expect([status, body.error, body.code]).toEqual([400, 'invalid_request', 'REQUEST_SPENT']);
    expect(body.error_description).toContain('Ask anew with a new request_secret.');
    expect((await broker.ask()).status).toBe(200);
  });

  it('leaves a refusal as it was for every secret that got it, and decides a new ask anew', async () => {
    const broker = await start();
    const [first, counted] = [newSecret(), newSecret()];
    for (const secret of [first, counted]) await broker.ask({ scope: 'shop/deploy', secret });
    await putInForce(broker, WITHOUT_ENVIRONMENT);
    for (const secret of [first, counted])
      expect((await broker.ask({ scope: 'shop/deploy', secret })).body.error).toBe('access_denied');
    expect((await broker.ask({ scope: 'shop/deploy' })).status).toBe(200);
  });
});

describe('the secret of a refusal that was only counted', () => {
  it('is known all the same: to its own ask, and to no other ask or job', async () => {
    const broker = await start();
    const ask = { scope: 'shop/deploy', secret: newSecret() };
    await broker.ask({ scope: 'shop/deploy' });
    const { body } = await broker.ask(ask);
    expect((await broker.ask(ask)).body).toEqual(body);
    expect((await broker.ask({ ...ask, parameters: { reason: 'x' } })).body.code).toBe('REQUEST_MISMATCH');
    expect((await broker.ask({ ...ask, claims: OTHER_RUN })).body.code).toBe('REQUEST_OF_ANOTHER_JOB');
  });
});

describe('a grant that lapsed unspent', () => {
  it('does not count against what the job may have', async () => {
    const [store, time] = [new FaultyStore(), { now: Date.now() }];
    const { keys, keyTimes } = await keyElsewhere();
    const broker = await start({ clock: { now: () => time.now }, openStore: store.open, keys, keyTimes });
    await putInForce(broker, SHOP.replace('max-per-job: 3', 'max-per-job: 1'));
    const ask = () => broker.ask({ scope: 'shop/deploy', claims: { environment: 'production' } });
    store.arm({ at: 2, kind: 'failed' });
    expect((await ask()).body.code).toBe('STORE_UNAVAILABLE');
    expect((await ask()).body).toMatchObject({ reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
    time.now += 61_000;
    expect((await ask()).status).toBe(200);
    expect((await ask()).body).toMatchObject({ reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
  });
});

describe('the log', () => {
  it('holds one refusal of an issued request, however often it is repeated, and one more for another reason', async () => {
    const broker = await start();
    const secret = newSecret();
    await broker.ask({ secret });
    const refusals = async () =>
      (await broker.entries('request.decided')).filter(({ decision }) => decision === 'deny').length;
    await suspend(broker, 'project shop');
    for (const _again of [1, 2, 3])
      expect((await broker.ask({ secret })).body).toMatchObject({ reasons: [{ code: 'SUSPENDED' }] });
    expect(await refusals()).toBe(1);
    await liftSuspensions(broker);
    await putInForce(broker, SHOP.replaceAll('branch: main', 'branch: trunk'));
    for (const _again of [1, 2]) expect((await broker.ask({ secret })).body.error).toBe('access_denied');
    expect(await refusals()).toBe(2);
  });

  it('holds each kind of misuse of a secret once for each job', async () => {
    const broker = await start();
    const secret = newSecret();
    await broker.ask({ secret });
    for (const _again of [1, 2, 3]) {
      await broker.ask({ secret, parameters: { reason: 'x' } });
      await broker.ask({ secret, claims: OTHER_RUN });
    }
    const misuses = (await broker.entries('request.misused')).map(({ code }) => code);
    expect(misuses).toEqual(['REQUEST_MISMATCH', 'REQUEST_OF_ANOTHER_JOB']);
  });
});
