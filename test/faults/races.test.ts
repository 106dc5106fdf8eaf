// A call that is held between its decision and its issuance, while the world goes on: what was decided then is issued now only
// where it still stands, and one ask is never two credentials.
import { describe, expect, it, onTestFinished } from 'vitest';
import { liftSuspensions, suspend } from '../support/beside-broker.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { SHOP } from '../support/policy-files.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

/** The commit that spends the grant comes after the use of the token and the decision. */
const SPENDS_GRANT = 3;
const HELD_BACK = [503, 'ISSUANCE_IN_PROGRESS'];

async function start(options: TestBrokerOptions = {}) {
  const store = new FaultyStore();
  const broker = await TestBroker.start({ background: 'by-hand', openStore: store.open, ...options });
  onTestFinished(() => broker.close());
  return { broker, store, ask: { scope: 'shop/upstream', secret: newSecret() } };
}

async function putInForce(broker: TestBroker, policy: string): Promise<void> {
  broker.writePolicy('shop.yaml', policy);
  expect((await broker.running.reload()).outcome).toBe('in-force');
}

describe('a call held between its decision and its issuance', () => {
  it('spends no grant of a policy that came back after the retry was issued under another', async () => {
    const { broker, store, ask } = await start();
    const held = store.hold(SPENDS_GRANT);
    const first = broker.ask(ask);
    await held.begun;
    await putInForce(broker, `${SHOP}\n# other\n`);
    const second = await broker.ask(ask);
    await putInForce(broker, SHOP);
    held.release();
    const { status, body } = await first;
    expect([second.status, status, body.code]).toEqual([200, ...HELD_BACK]);
    expect(broker.provider.issued).toEqual([second.body.access_token]);
  });

  it('issues nothing after that retry gave its lease back', async () => {
    const { broker, store, ask } = await start();
    const held = store.hold(SPENDS_GRANT);
    const first = broker.ask(ask);
    await held.begun;
    await putInForce(broker, `${SHOP}\n# other\n`);
    const second = await broker.ask(ask);
    expect((await broker.returnLease(second.body.lease_id, ask.secret)).status).toBe(200);
    await putInForce(broker, SHOP);
    held.release();
    const { status, body } = await first;
    expect([status, body.code]).toEqual(HELD_BACK);
    expect(broker.provider.issued).toEqual([second.body.access_token]);
  });

  it('does not issue under a rule whose time is over, once another rule decided', async () => {
    let now = Date.parse('2026-11-24T09:59:50Z');
    const { broker, store, ask } = await start({ clock: { now: () => now } });
    await putInForce(broker, withMorningRule(SHOP));
    const held = [store.hold(SPENDS_GRANT)];
    const first = broker.ask(ask);
    await held[0]?.begun;
    now += 20_000;
    held.push(store.hold(SPENDS_GRANT));
    const second = broker.ask(ask);
    await held[1]?.begun;
    held[0]?.release();
    expect((await first).body.code).toBe('ISSUANCE_IN_PROGRESS');
    held[1]?.release();
    expect((await second).status).toBe(200);
    expect(await broker.entries('issuance.succeeded')).toMatchObject([{ rule: 1 }]);
  });

  it('does not issue what was refused meanwhile, also when the refusal would not be repeated now', async () => {
    const { broker, store, ask } = await start();
    const held = store.hold(SPENDS_GRANT);
    const first = broker.ask(ask);
    await held.begun;
    await suspend(broker, 'project shop');
    const second = await broker.ask(ask);
    await liftSuspensions(broker);
    held.release();
    const { status, body } = await first;
    expect([status, body.code]).toEqual(HELD_BACK);
    expect((await broker.ask(ask)).body).toEqual(second.body);
    expect(second.body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'SUSPENDED' }] });
    expect(broker.provider.issued).toEqual([]);
    // Nothing of the attempt is left: a grant that no entry spent is not spent.
    expect((await broker.entries()).map(({ type }) => type).slice(-4)).toEqual([
      ...['request.decided', 'access.paused', 'request.decided', 'access.resumed'],
    ]);
  });
});

/** The last entitlement of the policy with another first rule, good until ten o'clock. */
function withMorningRule(policy: string): string {
  const at = policy.lastIndexOf('allow:\n') + 'allow:\n'.length;
  const rule = '- { branch: main, event: push, time: { zone: UTC, days: [mon-sun], between: "08:00-10:00" } }';
  return `${policy.slice(0, at)}      ${rule}\n${policy.slice(at)}`;
}
