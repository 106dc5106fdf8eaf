// The table "What a crash leaves" of docs/how-issuing-works.md, row by row: a broker process that ends without warning at one
// commit, and the next broker on its store, which the job asks again with the same secret.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { type OtherSystem, startOtherSystem } from '../drill/other-system.ts';
import { rowsBeside } from '../support/beside-broker.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import type { Dies } from '../support/broker-process.ts';
import { keyElsewhere } from '../support/key-elsewhere.ts';
import { readSource } from '../support/source-tree.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

const PROCESS = fileURLToPath(new URL('../support/broker-process.ts', import.meta.url));
/** The commits of an issuance, in their order; what is signed here at once ends with the first. */
const [DECISION, OUTCOME] = [1, 2];
const UPSTREAM = 'shop/upstream';
const SIGNED = 'shop/publish-preview';

interface Crashed {
  readonly broker: TestBroker;
  readonly otherSystem: OtherSystem;
  readonly time: { now: number };
  /** what the killed broker was asked; its token is used where its first commit was made */
  readonly ask: { readonly scope: string; readonly secret: string };
  readonly token: string;
}

/** A broker is asked and dies at that commit; the one given is the next. */
async function crash(scope: string, dies: Dies, options: TestBrokerOptions = {}): Promise<Crashed> {
  const time = { now: Date.now() };
  const broker = await TestBroker.start({
    background: 'by-hand',
    clock: { now: () => time.now },
    ...options,
  });
  onTestFinished(() => broker.close());
  await broker.running.close();
  const otherSystem = await startOtherSystem({ below: () => 0, percent: () => false });
  onTestFinished(() => otherSystem.close());
  const ask = { scope, secret: newSecret() };
  const token = await broker.token();
  await askToDeath([JSON.stringify(broker.config), JSON.stringify(dies), otherSystem.url], { ask, token });
  await broker.start();
  return { broker, otherSystem, time, ask, token };
}

async function askToDeath(words: readonly string[], { ask, token }: Pick<Crashed, 'ask' | 'token'>): Promise<void> {
  const victim = spawn(process.execPath, [PROCESS, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void victim.kill('SIGKILL'));
  const ended = once(victim, 'exit');
  const [port] = await Promise.race([
    once(victim.stdout, 'data'),
    ended.then(() => expect.fail('the broker ended before it served')),
  ]);
  const form = { grant_type: GRANT_TYPE, subject_token_type: ID_TOKEN_TYPE, subject_token: token, scope: ask.scope };
  const body = new URLSearchParams({ ...form, request_secret: ask.secret });
  await expect(fetch(`http://127.0.0.1:${String(port).trim()}/v1/token`, { method: 'POST', body })).rejects.toThrow(
    'fetch failed',
  );
  expect((await ended)[1]).toBe('SIGKILL');
}

const typesOf = async ({ broker }: Crashed): Promise<string[]> => {
  const entries = await expectBooksInOrder(broker);
  return entries.map(({ type }) => type).filter((type) => /^(request|issuance)\./.test(type));
};

const SPENT = ['request.decided', 'issuance.started', 'issuance.unknown'];
const ISSUED = ['request.decided', 'issuance.started', 'issuance.succeeded'];

describe('a broker that is killed', () => {
  it('before the first commit: leaves nothing, not even a used token', async () => {
    const crashed = await crash(SIGNED, { at: DECISION, when: 'before' });
    const { broker, ask, token } = crashed;
    expect(await typesOf(crashed)).toEqual([]);
    expect((await broker.ask({ ...ask, token })).status).toBe(200);
    expect(await typesOf(crashed)).toEqual(ISSUED);
  });

  it('after it: leaves a used token', async () => {
    const { broker, ask, token } = await crash(SIGNED, { at: DECISION, when: 'after' });
    expect((await broker.ask({ ...ask, token })).body.code).toBe('TOKEN_REPLAYED');
    expect((await broker.ask(ask)).status).toBe(200);
  });

  it('after the decision, where somebody else holds the key: leaves a grant, which the retry spends', async () => {
    const crashed = await crash(SIGNED, { at: DECISION, when: 'after' }, await keyElsewhere());
    const { broker, ask } = crashed;
    expect(await typesOf(crashed)).toEqual(['request.decided']);
    expect((await broker.ask(ask)).status).toBe(200);
    expect(await typesOf(crashed)).toEqual(ISSUED);
    expect(rowsBeside(broker, 'SELECT redeemed_at IS NOT NULL AS spent FROM grants')).toEqual([{ spent: 1 }]);
  });

  it('after the decision, where somebody else holds the key: leaves a grant, which lapses, and then it is decided again', async () => {
    const crashed = await crash(SIGNED, { at: DECISION, when: 'after' }, await keyElsewhere());
    crashed.time.now += 120_000;
    expect((await crashed.broker.ask(crashed.ask)).status).toBe(200);
    expect(await typesOf(crashed)).toEqual(['request.decided', ...ISSUED]);
  });

  it('between `issuance.started` and the outcome: leaves an open issuance, closed as unknown; nothing was asked there', async () => {
    const crashed = await crash(UPSTREAM, { at: DECISION, when: 'after' });
    const { broker, ask, otherSystem } = crashed;
    expect(await typesOf(crashed)).toEqual(SPENT);
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    expect(otherSystem.issued.size).toBe(0);
    expect((await broker.ask({ ...ask, secret: newSecret() })).status).toBe(200);
  });

  it('between `issuance.started` and the outcome: so it is where the other side has acted, and it is asked no second time', async () => {
    const crashed = await crash(UPSTREAM, { at: OUTCOME, when: 'before' });
    const { broker, ask, otherSystem } = crashed;
    expect(await typesOf(crashed)).toEqual(SPENT);
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
    expect([otherSystem.issued.size, otherSystem.askedTwice]).toEqual([1, []]);
    const [unknown] = await broker.entries('issuance.unknown');
    expect(unknown?.['issuance_id']).toBe([...otherSystem.issued.keys()][0]);
    // Nobody holds it: it dies by itself, an hour after it can have been made.
    const [started] = await broker.entries('issuance.started');
    const hours = Date.parse(String(unknown?.['may_live_until'])) - Date.parse(String(started?.time));
    expect(hours / 60_000).toBeGreaterThan(60);
    expect(hours / 60_000).toBeLessThan(62);
  });

  it.each([
    { scope: SIGNED, at: DECISION },
    { scope: UPSTREAM, at: OUTCOME },
  ])('after the last commit, the answer lost: the retry gets the same credential of $scope', async ({ scope, at }) => {
    const crashed = await crash(scope, { at, when: 'after' });
    const { broker, ask, otherSystem } = crashed;
    const { status, body } = await broker.ask(ask);
    expect(status).toBe(200);
    if (scope === UPSTREAM) expect([body.access_token]).toEqual([...otherSystem.issued.values()]);
    expect(await broker.entries('issuance.succeeded')).toMatchObject([{ issuance_id: body.issuance_id }]);
    expect(await typesOf(crashed)).toEqual([...ISSUED, 'issuance.redelivered']);
  });
});

/** What no crash leaves, but a store that does not answer: test/faults/withholding.test.ts. */
const WITHHELD = 'after the other side issued, where the outcome could not be written';

describe('the table of what a crash leaves', () => {
  it('has a test of each of its rows', () => {
    const [, table = ''] = readSource('docs/how-issuing-works.md').split('## What a crash leaves');
    const rows = [...table.matchAll(/^\| (?!when|-)([^|]+?) \|/gm)].map(([, when = '']) => when);
    const tests = readSource('test/faults/crashes.test.ts');
    expect(rows.filter((when) => when !== WITHHELD && !tests.includes(`'${when}: `))).toEqual([]);
    expect(rows).toContain(WITHHELD);
  });
});
