// A call whose signature is made by a key held elsewhere, held between its decision and its issuance while the world goes on: what was decided
// then is issued now only where it still stands, and one ask is never two credentials. Elsewhere nothing can come in between.
import { describe, expect, it, onTestFinished } from 'vitest';
import { liftSuspensions, suspend } from '../support/beside-broker.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { keyElsewhere, SIGNED_ELSEWHERE } from '../support/key-elsewhere.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

/** The commit that spends the grant comes after the one that has the use of the token and the decision. */
const SPENDS_GRANT = 2;
const HELD_BACK = [503, 'ISSUANCE_IN_PROGRESS'];

async function start(options: TestBrokerOptions = {}) {
  const store = new FaultyStore();
  const broker = await TestBroker.start({
    background: 'by-hand',
    openStore: store.open,
    ...(await keyElsewhere()),
    ...options,
  });
  onTestFinished(() => broker.close());
  return { broker, store, ask: { scope: 'shop/publish-preview', secret: newSecret() } };
}

/** Which issuances succeeded, by the log. */
const issued = async (broker: TestBroker) =>
  (await broker.entries('issuance.succeeded')).map((entry) => entry['issuance_id']);

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
    await putInForce(broker, `${SIGNED_ELSEWHERE}\n# other\n`);
    const second = await broker.ask(ask);
    await putInForce(broker, SIGNED_ELSEWHERE);
    held.release();
    const { status, body } = await first;
    expect([second.status, status, body.code]).toEqual([200, ...HELD_BACK]);
    expect(await issued(broker)).toEqual([second.body.issuance_id]);
  });

  it('issues nothing after that retry gave its lease back', async () => {
    const { broker, store, ask } = await start();
    const held = store.hold(SPENDS_GRANT);
    const first = broker.ask(ask);
    await held.begun;
    await putInForce(broker, `${SIGNED_ELSEWHERE}\n# other\n`);
    const second = await broker.ask(ask);
    expect((await broker.returnLease(second.body.lease_id, ask.secret)).status).toBe(200);
    await putInForce(broker, SIGNED_ELSEWHERE);
    held.release();
    const { status, body } = await first;
    expect([status, body.code]).toEqual(HELD_BACK);
    expect(await issued(broker)).toEqual([second.body.issuance_id]);
  });

  it('does not issue under a rule whose time is over, once another rule decided', async () => {
    let now = Date.parse('2026-11-24T09:59:50Z');
    const { broker, store, ask } = await start({ clock: { now: () => now } });
    await putInForce(broker, withMorningRule(SIGNED_ELSEWHERE));
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
    expect(await issued(broker)).toEqual([]);
    // Nothing of the attempt is left: a grant that no entry spent is not spent.
    expect((await broker.entries()).map(({ type }) => type).slice(-4)).toEqual([
      ...['request.decided', 'access.paused', 'request.decided', 'access.resumed'],
    ]);
  });
});

/** The entitlement with another first rule, good until ten o'clock. */
function withMorningRule(policy: string): string {
  const at = policy.indexOf('allow:\n', policy.indexOf('publish-preview:')) + 'allow:\n'.length;
  const rule = '- { branch: main, event: push, time: { zone: UTC, days: [mon-sun], between: "08:00-10:00" } }';
  return `${policy.slice(0, at)}      ${rule}\n${policy.slice(at)}`;
}
