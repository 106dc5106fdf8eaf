// The other side refuses, breaks, hangs or lies: what the job is told, what the log says, and what is given back.
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { liftSuspensions, rowsBeside, suspend } from '../support/beside-broker.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';
import { createTestProvider } from '../support/test-provider.ts';

let run = 1;
/** An ask of a job of its own. */
const ask = () => ({ scope: 'shop/upstream', secret: newSecret(), claims: { run_id: String(run++) } });

describe('a provider', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand', providerTimeout: 200 });
  });
  afterAll(() => broker.close());
  beforeEach(() => {
    broker.provider.mood = 'well';
  });

  const typesOf = async (requestId: unknown) =>
    (await broker.entries()).filter((entry) => entry['request_id'] === requestId).map(({ type }) => type);
  const lastRequest = async () => (await broker.running.store.read((tx) => tx.requests.latest(1)))[0]?.id;

  it('that refuses is a definite failure: the same request is decided again and can succeed', async () => {
    const request = ask();
    broker.provider.mood = 'refuses';
    const { status, body, headers } = await broker.ask(request);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UPSTREAM_FAILED', '300']);
    expect(body.error_description).toContain('the role does not trust us');
    broker.provider.mood = 'well';
    const again = await broker.ask(request);
    expect(again.status).toBe(200);
    expect(await typesOf(again.body.request_id)).toEqual([
      'request.decided',
      'issuance.started',
      'issuance.failed',
      'request.decided',
      'issuance.started',
      'issuance.succeeded',
    ]);
  });

  it('whose answer was lost leaves an unknown outcome, and the request is spent', async () => {
    const request = ask();
    broker.provider.mood = 'fails-after-acting';
    const { body: failed, headers } = await broker.ask(request);
    expect([failed.code, headers.get('retry-after')]).toEqual(['UPSTREAM_FAILED', '5']);
    expect(await typesOf(await lastRequest())).toEqual(['request.decided', 'issuance.started', 'issuance.unknown']);
    broker.provider.mood = 'well';
    expect((await broker.ask(request)).body.code).toBe('REQUEST_SPENT');
  });

  it('that hangs is given up after its time, and what it answers later is revoked', async () => {
    const request = ask();
    broker.provider.mood = 'hangs';
    const asking = broker.ask(request);
    await broker.provider.hanging();
    expect((await asking).body.code).toBe('UPSTREAM_FAILED');
    const before = broker.provider.issued.length;
    broker.provider.letGo();
    await expect.poll(() => broker.entries('issuance.withheld')).toHaveLength(1);
    await broker.running.runBackground();
    expect(broker.provider.revoked).toContain(broker.provider.issued[before]);
    expect(await typesOf(await lastRequest())).toEqual([
      'request.decided',
      'issuance.started',
      'issuance.unknown',
      'issuance.withheld',
      'lease.revoked',
    ]);
  });

  it('that hangs is asked no second time for the same request', async () => {
    const other = await TestBroker.start({ background: 'by-hand', providerTimeout: 60_000 });
    onTestFinished(() => other.close());
    const request = ask();
    other.provider.mood = 'hangs';
    const asking = other.ask(request);
    await other.provider.hanging();
    const { status, body } = await other.ask(request);
    expect([status, body.code]).toEqual([503, 'ISSUANCE_IN_PROGRESS']);
    other.provider.letGo();
    expect((await asking).status).toBe(200);
    expect(other.provider.issued).toHaveLength(1);
  });

  it('that grants a longer life than asked, and cannot revoke it, gets it back unused', async () => {
    const provider = createTestProvider({ revocation: 'at-expiry' });
    const other = await TestBroker.start({ provider, background: 'by-hand' });
    onTestFinished(() => other.close());
    provider.mood = 'lives-too-long';
    const { status, body, headers } = await other.ask({ scope: 'shop/upstream' });
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UPSTREAM_FAILED', '300']);
    await other.running.runBackground();
    expect(provider.revoked).toEqual(provider.issued);
    expect((await other.entries()).map(({ type }) => type)).not.toContain('issuance.succeeded');
  });

  it('that fails in the transaction that decides is asked after it: the decision is on record, and no grant is spent', async () => {
    const fails = () => {
      throw new TypeError('no key');
    };
    const provider = { ...createTestProvider(), acts: 'locally', issue: async () => fails(), issueNow: fails } as const;
    const other = await TestBroker.start({ provider, background: 'by-hand' });
    onTestFinished(() => other.close());
    expect((await other.ask({ scope: 'shop/upstream' })).status).toBe(500);
    expect((await other.entries()).at(-1)).toMatchObject({ type: 'request.decided', decision: 'permit' });
    expect(rowsBeside(other, 'SELECT redeemed_at FROM grants')).toEqual([{ redeemed_at: null }]);
  });

  it('is not asked for an entitlement that is suspended', async () => {
    const request = ask();
    const before = broker.provider.issued.length;
    await suspend(broker, 'entitlement shop/upstream');
    onTestFinished(() => liftSuspensions(broker));
    const { body } = await broker.ask(request);
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'SUSPENDED' }] });
    expect(broker.provider.issued).toHaveLength(before);
  });
});
