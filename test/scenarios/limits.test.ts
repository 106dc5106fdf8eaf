// A repository that asks too often, counted after its token was verified: what it still may, and what stays unwritten.
import { afterEach, describe, expect, it } from 'vitest';
import { rowsBeside } from '../support/beside-broker.ts';
import { newSecret, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

let broker: TestBroker;
const start = async (options: TestBrokerOptions): Promise<void> => {
  broker = await TestBroker.start({ background: 'by-hand', ...options });
};
afterEach(() => broker.close());

const hourly = (count: number, refusedShare = 0.5) => ({ requests: { count, per: 3_600_000 }, refusedShare });
const WRONG_BRANCH = { ref: 'refs/heads/elsewhere' };

describe('a repository that asks more often than one may', () => {
  it('gets 429 with when to ask again, and nothing is written, not even a used token', async () => {
    await start({ limits: hourly(2) });
    for (const _ of [1, 2]) expect((await broker.ask()).status).toBe(200);
    const before = (await broker.entries()).length;
    const token = await broker.token();
    const { status, headers, body } = await broker.ask({ token });
    expect([status, headers.get('retry-after'), body.code]).toEqual([429, '1800', 'RATE_LIMITED']);
    expect((await broker.entries()).length).toBe(before);
    expect((await broker.ask({ token })).body.code).toBe('RATE_LIMITED');
    expect(rowsBeside(broker, 'SELECT count(*) AS used FROM subject_tokens')).toEqual([{ used: 2 }]);
  });

  it('may still give back what it has', async () => {
    await start({ limits: hourly(1) });
    const secret = newSecret();
    const { body } = await broker.ask({ secret });
    expect((await broker.ask()).status).toBe(429);
    expect((await broker.returnLease(body.lease_id, secret)).status).toBe(200);
  });

  it('may still give back what it has with a token of its job', async () => {
    await start({ limits: hourly(1) });
    const { body } = await broker.ask();
    expect((await broker.returnLease(body.lease_id, await broker.token())).status).toBe(200);
  });

  it('may not have it explained instead', async () => {
    await start({ limits: hourly(1) });
    await broker.ask();
    expect((await broker.explain('shop/publish-preview')).body).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
  });

  it('holds up no other repository', async () => {
    await start({ limits: hourly(1) });
    await broker.ask();
    const other = await broker.ask({ claims: { repository_id: '999' } });
    expect([other.status, other.body.error]).toEqual([400, 'access_denied']);
  });
});

describe('a repository that is refused more often than one may', () => {
  it('gets 429 for what would be refused, without an entry, and what is permitted goes on', async () => {
    await start({ limits: hourly(6, 0.34) });
    for (const _ of [1, 2]) expect((await broker.ask({ claims: WRONG_BRANCH })).body.error).toBe('access_denied');
    const before = (await broker.entries()).length;
    const { status, body } = await broker.ask({ claims: { ...WRONG_BRANCH, run_id: '4711' } });
    expect([status, body.code]).toEqual([429, 'RATE_LIMITED']);
    expect((await broker.entries()).length).toBe(before);
    expect((await broker.ask()).status).toBe(200);
  });

  it('counts the misuse of a secret too', async () => {
    await start({ limits: hourly(4, 0.25) });
    const secret = newSecret();
    await broker.ask({ secret });
    const misuse = () => broker.ask({ secret, scope: 'shop/deploy' });
    expect((await misuse()).body.code).toBe('REQUEST_MISMATCH');
    expect((await misuse()).body.code).toBe('RATE_LIMITED');
  });
});
