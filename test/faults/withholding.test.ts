// A credential that the other side made and that nobody may get: whatever fails then, it is revoked in the end, never handed
// out, and called revoked only after the other side said so.
import { describe, expect, it, onTestFinished } from 'vitest';
import { askControl } from '../../broker/cli/ask-control.ts';
import type { Grant } from '../../broker/model.ts';
import { UpstreamRefused } from '../../broker/providers/provider.ts';
import { Secret } from '../../shared/secret.ts';
import { rowsBeside } from '../support/beside-broker.ts';
import { type Fault, FaultyStore } from '../support/faulty-store.ts';
import { SHOP } from '../support/policy-files.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';
import { createTestProvider } from '../support/test-provider.ts';

const FAULTS: readonly Fault[] = ['failed', 'failed but happened'];
/** The commit after the one that has the use of the token, the decision and the start. */
const OUTCOME = 2;
const HOUR_MS = 3_600_000;

async function start(options: TestBrokerOptions = {}) {
  const store = new FaultyStore();
  const time = { now: Date.now() };
  const clock = { now: () => time.now };
  const broker = await TestBroker.start({ background: 'by-hand', openStore: store.open, clock, ...options });
  onTestFinished(() => broker.close());
  return { broker, store, time, ask: { scope: 'shop/upstream', secret: newSecret() } };
}

const typesOf = async (broker: TestBroker) => (await broker.entries()).map(({ type }) => type);

describe('a credential that nobody may get', () => {
  it.each(FAULTS)(
    'because its outcome %s is revoked when the other side can again, and not called revoked before',
    async (kind) => {
      const { broker, store, time, ask } = await start();
      store.arm({ at: OUTCOME, kind });
      broker.provider.revokeFails = true;
      await broker.ask(ask);
      await broker.running.runBackground();
      expect((await typesOf(broker)).slice(-2)).toEqual(['issuance.withheld', 'lease.revocation_failed']);
      broker.provider.revokeFails = false;
      time.now += 5_000;
      await broker.running.runBackground();
      expect(broker.provider.revoked).toEqual(broker.provider.issued);
      expect((await typesOf(broker)).at(-1)).toBe('lease.revoked');
      expect(await broker.running.store.read((tx) => tx.leases.latest(1))).toMatchObject([{ state: 'withheld' }]);
    },
  );

  it('is given to no retry while even that is not on record, and goes back once it is', async () => {
    const { broker, store, ask } = await start();
    store.arm({ at: OUTCOME, kind: 'failed but happened' }, { at: OUTCOME + 1, kind: 'failed' });
    const first = await broker.ask(ask);
    expect([first.status, first.body.code]).toEqual([503, 'STORE_UNAVAILABLE']);
    const { status, body } = await broker.ask(ask);
    expect([status, body.code]).toEqual([400, 'REQUEST_SPENT']);
    await broker.running.runBackground();
    expect((await typesOf(broker)).slice(-2)).toEqual(['issuance.withheld', 'lease.revoked']);
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
  });

  it.each<[string, boolean, string]>([
    ['is revoked once', false, 'lease.revoked'],
    ['dies once, where nobody can revoke it', true, 'lease.died'],
  ])('%s, also where its lease was ended before that was on record', async (_what, revokeFails, last) => {
    const { broker, store, time, ask } = await start();
    store.arm({ at: OUTCOME, kind: 'failed but happened' }, { at: OUTCOME + 1, kind: 'failed' });
    await broker.ask(ask);
    broker.provider.revokeFails = revokeFails;
    const body = { of: { scope: 'everything' }, reason: 'INC-7' };
    await askControl(broker.config.store.path, 'POST /revocations', { body });
    await broker.running.runBackground();
    time.now += HOUR_MS;
    await broker.running.runBackground();
    expect((await typesOf(broker)).filter((type) => type === last)).toHaveLength(1);
    expect(broker.provider.revoked).toEqual(revokeFails ? [] : broker.provider.issued);
  });

  it('is one entry and one revocation, whoever comes to record it at the same moment', async () => {
    const { broker, store, ask } = await start();
    store.arm({ at: OUTCOME, kind: 'failed' }, { at: OUTCOME + 1, kind: 'failed but happened' });
    await broker.ask(ask);
    store.arm();
    await Promise.all([broker.running.runBackground(), broker.running.runBackground()]);
    expect(await broker.entries('issuance.withheld')).toHaveLength(1);
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
  });

  it('is put on record at the latest when the broker stops: the next one gives it to nobody', async () => {
    const { broker, store, ask } = await start();
    store.arm({ at: OUTCOME, kind: 'failed but happened' }, { at: OUTCOME + 1, kind: 'failed' });
    await broker.ask(ask);
    store.arm();
    await broker.restart();
    const { status, body } = await broker.ask(ask);
    expect([status, body.code]).toEqual([400, 'REQUEST_SPENT']);
  });

  it('is put on record as soon as the broker begins to stop, whatever else the stop waits for', async () => {
    const { broker, store, ask } = await start({ providerTimeout: 60_000 });
    store.arm({ at: OUTCOME, kind: 'failed' }, { at: OUTCOME + 1, kind: 'failed' });
    await broker.ask(ask);
    broker.provider.mood = 'hangs';
    const waiting = broker.ask({ scope: 'shop/upstream' });
    await broker.provider.hanging();
    const stopping = broker.running.close();
    await expect.poll(() => entriesBeside(broker, 'issuance.withheld')).toHaveLength(1);
    broker.provider.letGo();
    expect((await waiting).status).toBe(200);
    await stopping;
    await broker.start();
  });

  it('does not count as one that the job has: it may ask again, as it is told', async () => {
    const { broker, store, ask } = await start();
    broker.writePolicy('shop.yaml', SHOP.replace('credential: { kind: _test }', '$&\n    max-per-job: 1'));
    expect((await broker.running.reload()).outcome).toBe('in-force');
    store.arm({ at: OUTCOME, kind: 'failed' });
    expect((await broker.ask(ask)).body.error_description).toContain('Ask again with a new request_secret.');
    expect((await broker.ask({ ...ask, secret: newSecret() })).status).toBe(200);
    const { body } = await broker.ask({ ...ask, secret: newSecret() });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
  });

  it('shows its handle in no log line, also when another broker process revokes it', async () => {
    const { broker } = await start();
    const { body } = await broker.ask({ scope: 'shop/upstream' });
    await broker.returnLease(body.lease_id, await broker.token());
    await broker.restart();
    broker.provider.revoke = async ({ revocationHandle }) => {
      throw new Error(`cannot end ${revocationHandle?.reveal()}`);
    };
    await broker.running.runBackground();
    expect(broker.logLines.join('')).toContain('cannot end');
    expect(broker.logLines.join('')).not.toContain(body.access_token);
  });

  it('because it came late is revoked, also when giving up on it could not be recorded', async () => {
    const { broker, store, ask } = await start({ providerTimeout: 100 });
    broker.provider.mood = 'hangs';
    store.arm({ at: OUTCOME, kind: 'failed' });
    expect((await broker.ask(ask)).body.code).toBe('STORE_UNAVAILABLE');
    broker.provider.letGo();
    await expect.poll(() => broker.entries('issuance.withheld')).toHaveLength(1);
    await broker.running.runBackground();
    expect(broker.provider.issued).toHaveLength(1);
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
  });

  it('because it came late is revoked in the end, though that failed at first', async () => {
    const { broker, time, ask } = await start({ providerTimeout: 100 });
    broker.provider.mood = 'hangs';
    await broker.ask(ask);
    broker.provider.revokeFails = true;
    broker.provider.letGo();
    await expect.poll(() => broker.entries('issuance.withheld')).toHaveLength(1);
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([]);
    broker.provider.revokeFails = false;
    time.now += 5_000;
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual(broker.provider.issued);
  });

  it('shows none of its values in a log line, also when the other side repeats them in an error', async () => {
    const provider = createTestProvider({ revocation: 'at-expiry' });
    provider.issue = async (grant) => manyValued(grant);
    provider.revoke = async ({ revocationHandle }) => {
      throw new Error(`cannot end ${VALUE} by ${revocationHandle?.reveal()}`);
    };
    const { broker, ask } = await start({ provider });
    expect((await broker.ask(ask)).body.code).toBe('UPSTREAM_FAILED');
    await broker.running.runBackground();
    const lines = broker.logLines.join('');
    expect(lines).toContain('a lease could not be revoked');
    expect(lines).toContain('cannot end');
    expect([lines.includes(VALUE), lines.includes(HANDLE)]).toEqual([false, false]);
  });
});

describe('a provider that throws before it does anything', () => {
  it('is a refusal like any other', async () => {
    const provider = createTestProvider();
    provider.issue = () => {
      throw new UpstreamRefused('the role is gone');
    };
    const { broker, ask } = await start({ provider });
    const { status, body } = await broker.ask(ask);
    expect([status, body.code]).toEqual([503, 'UPSTREAM_FAILED']);
    expect(body.error_description).toContain('the role is gone');
    expect((await typesOf(broker)).slice(-2)).toEqual(['issuance.started', 'issuance.failed']);
  });
});

describe('a revocation', () => {
  it('waits for no other: one system that hangs does not hold up what another one revokes', async () => {
    const { broker } = await start({ providerTimeout: 60_000 });
    const leases = [];
    for (const secret of [newSecret(), newSecret()]) {
      const { body } = await broker.ask({ scope: 'shop/upstream', secret });
      leases.push(body);
      await broker.returnLease(body.lease_id, secret);
    }
    const [hanging, other] = leases;
    const [asked, gate] = [new Set<string>(), Promise.withResolvers<void>()];
    broker.provider.revoke = async ({ id }) => {
      asked.add(id);
      if (id === hanging.lease_id) await gate.promise;
    };
    const run = broker.running.runBackground();
    await expect.poll(() => broker.entries('lease.revoked')).toMatchObject([{ lease_id: other.lease_id }]);
    expect(asked).toEqual(new Set([hanging.lease_id, other.lease_id]));
    gate.resolve();
    await run;
    expect(await broker.entries('lease.revoked')).toHaveLength(2);
  });

  it('that never answers is given up after its time and tried again', async () => {
    const { broker, ask } = await start({ providerTimeout: 100 });
    const { body } = await broker.ask(ask);
    broker.provider.revoke = () => new Promise(() => undefined);
    await broker.returnLease(body.lease_id, ask.secret);
    await broker.running.runBackground();
    expect(await broker.entries('lease.revocation_failed')).toMatchObject([{ lease_id: body.lease_id, attempt: 1 }]);
  });

  it('for which there is no provider any more is a failure, not a success', async () => {
    const { broker, ask } = await start();
    const { body } = await broker.ask(ask);
    await broker.returnLease(body.lease_id, ask.secret);
    delete broker.provider.revoke;
    await broker.running.runBackground();
    expect((await typesOf(broker)).slice(-2)).toEqual(['lease.returned', 'lease.revocation_failed']);
    expect(broker.logLines.join('')).toContain('this broker has no provider that revokes \\"_test\\"');
  });

  it('that keeps failing ends with the life of the credential, not as revoked', async () => {
    const { broker, time, ask } = await start();
    const { body } = await broker.ask(ask);
    broker.provider.revokeFails = true;
    await broker.returnLease(body.lease_id, ask.secret);
    await broker.running.runBackground();
    for (let hour = 0; hour < 5; hour += 1) {
      time.now += HOUR_MS;
      await broker.running.runBackground();
    }
    expect((await typesOf(broker)).slice(-3)).toEqual([...['lease.returned', 'lease.revocation_failed', 'lease.died']]);
    expect(rowsBeside(broker, 'SELECT * FROM outbox')).toEqual([]);
  });
});

/** Read from beside: the broker itself answers nothing any more. */
const entriesBeside = (broker: TestBroker, type: string) =>
  rowsBeside(broker, `SELECT entry_index FROM log_entries WHERE type = '${type}'`);

const VALUE = 'wJalrXUtnFEMI-K7MDENG';
const HANDLE = 'session-0123456789';

/** A credential of several values that lives longer than any policy allows. */
function manyValued(grant: Grant) {
  return {
    accessToken: new Secret(JSON.stringify({ secret_key: VALUE })),
    tokenType: 'N_A',
    issuedTokenType: 'urn:buildpass:token-type:_test',
    values: { secret_key: new Secret(VALUE) },
    upstreamExpiresAt: grant.issuedAt + 100 * HOUR_MS,
    revocationHandle: new Secret(HANDLE),
  } as const;
}

describe('a credential of which the other side says no end that could be', () => {
  it.each([Number.NaN, 1e300, 9e15, -5_000, 1.5])('is withheld, on record and revoked: %d', async (end) => {
    const provider = createTestProvider();
    const { issue } = provider;
    provider.issue = async (...asked) => ({ ...(await issue(...asked)), upstreamExpiresAt: end });
    const { broker, ask } = await start({ provider });
    expect((await broker.ask(ask)).body.code).toBe('UPSTREAM_FAILED');
    await broker.running.runBackground();
    expect((await broker.entries()).slice(-2)).toMatchObject([
      { type: 'issuance.withheld', upstream_expires_at: null, reason: 'the other side gave it no sound end' },
      { type: 'lease.revoked' },
    ]);
    expect(provider.revoked).toEqual(provider.issued);
  });
});
