// An order of revocation, or a key that was withdrawn, that is on record and answered, while the store is in trouble and the leases that
// end by it are live still.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askControl } from '../../broker/cli/ask-control.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { RotationStory } from '../support/rotation-story.ts';
import { approvedJob, askAnew, startSessions } from '../support/session-story.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

/** The commit after that of the order, or of the withdrawal, ends leases. */
const FIRST_SLICE = 2;
const SECRET = 'relying-party-secret-of-40-characters-xx';
const PREVIEWS = { name: 'previews', audience: 'https://previews.example.com' };

const relyingParties: NonNullable<TestBrokerOptions['relyingParties']> = (directory) => {
  const secretFile = join(directory, 'previews.secret');
  writeFileSync(secretFile, SECRET, { mode: 0o600 });
  return [{ ...PREVIEWS, secretFile }];
};

async function orderNotWorkedOff(broker: TestBroker, store: FaultyStore): Promise<void> {
  store.arm({ at: FIRST_SLICE, kind: 'failed' });
  const body = { of: { scope: 'project', target: 'shop' }, reason: 'INC-7' };
  const answer = await askControl(broker.config.store.path, 'POST /revocations', { body });
  expect(answer).toMatchObject({ ended: 0, finished: false });
}

async function start(ask: { readonly scope?: string }) {
  const store = new FaultyStore();
  const time = { now: Date.now() };
  const clock = { now: () => time.now };
  const broker = await TestBroker.start({ background: 'by-hand', openStore: store.open, clock, relyingParties });
  onTestFinished(() => broker.close());
  const asked = { ...ask, secret: newSecret() };
  const issued = await broker.ask(asked);
  expect(issued.status).toBe(200);
  await orderNotWorkedOff(broker, store);
  return { broker, ask: asked, time, token: issued.body.access_token as string };
}

const upstream = () => start({ scope: 'shop/upstream' });

async function introspect(broker: TestBroker, token: string): Promise<unknown> {
  const headers = { authorization: `Basic ${Buffer.from(`previews:${SECRET}`).toString('base64')}` };
  const init = { method: 'POST', headers, body: new URLSearchParams({ token }) };
  return (await broker.fetch('/oauth/introspect', init)).body;
}

describe('a credential whose lease such an order names', () => {
  it('is not handed out again, before the order is worked off nor afterwards', async () => {
    const { broker, ask } = await upstream();
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    await broker.running.runBackground();
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    expect(await broker.entries('issuance.redelivered')).toEqual([]);
  });

  it('is another than that of a lease that was issued later, which is handed out again', async () => {
    const { broker, time } = await upstream();
    const later = { scope: 'shop/upstream', secret: newSecret() };
    time.now += 1;
    const { body } = await broker.ask(later);
    expect((await broker.ask(later)).body.lease_id).toBe(body.lease_id);
  });

  it('is called live to no relying party, and one that was issued later is', async () => {
    const { broker, time, token } = await start({});
    expect(await introspect(broker, token)).toEqual({ active: false });
    time.now += 1;
    expect(await introspect(broker, (await broker.ask()).body.access_token)).toMatchObject({ active: true });
  });

  it('is renewed no more: its session is over', async () => {
    const store = new FaultyStore();
    const story = await startSessions({ openStore: store.open, background: 'by-hand' });
    onTestFinished(() => story.close());
    const claims = { run_id: '7', check_run_id: '1' };
    await approvedJob(story, 'upstream', claims);
    await orderNotWorkedOff(story.broker, store);
    expect((await askAnew(story, 'upstream', { claims })).body).toMatchObject({ error: 'authorization_pending' });
    await story.broker.running.runBackground();
    await story.broker.entries();
  });
});

describe('what a withdrawn key signed', () => {
  it('is not handed out again before its lease is ended', async () => {
    const store = new FaultyStore();
    const story = await RotationStory.start({ openStore: store.open });
    const ask = { secret: newSecret() };
    await story.broker.ask(ask);
    const key = (await story.keyIn('current')) ?? '';
    store.arm({ at: FIRST_SLICE, kind: 'failed' });
    await story.run('rotate', `--compromised=${key}`, '--reason', 'it leaked');
    expect(await story.keyIn('withdrawn')).toBe(key);
    expect(await story.broker.entries('lease.ended')).toEqual([]);
    expect((await story.broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    await story.broker.running.runBackground();
    expect(await story.broker.entries('lease.ended')).toHaveLength(1);
  });
});
