// Every write of an issuance and a return, failed and failed-but-happened: whatever happens, no credential leaves unlogged,
// none twice, and asking again with the same secret repairs it or says that it is spent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fault, FaultyStore } from '../support/faulty-store.ts';
import { keyElsewhere } from '../support/key-elsewhere.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

const FAULTS: readonly Fault[] = ['failed', 'failed but happened'];

interface Scope {
  readonly scope: string;
  readonly claims: Readonly<Record<string, string>>;
}
/** Signed at once, and so with its decision. */
const HERE: Scope = { scope: 'shop/publish-preview', claims: {} };
/** Signed by a key that somebody else holds. */
const ELSEWHERE: Scope = {
  scope: 'shop/deploy',
  claims: { environment: 'production' },
};
const UPSTREAM: Scope = { scope: 'shop/upstream', claims: {} };
const faultsAt = (count: number) =>
  FAULTS.flatMap((kind) => Array.from({ length: count }, (_, at) => ({ kind, at: at + 1 })));

describe('a commit', () => {
  const store = new FaultyStore();
  let broker: TestBroker;
  let run = 1;
  beforeAll(async () => {
    const { keys, keyTimes } = await keyElsewhere();
    broker = await TestBroker.start({ openStore: store.open, background: 'by-hand', keys, keyTimes });
  });
  afterAll(() => broker.close());

  /** Asks as a job of its own, with one commit going wrong, and then again with all going well. */
  async function askThrough({ scope, claims }: Scope, fault: { at: number; kind: Fault }) {
    const ask = { scope, secret: newSecret(), claims: { ...claims, run_id: String(run++) } };
    store.arm(fault);
    const first = await broker.ask(ask);
    store.arm();
    const second = await broker.ask(ask);
    const entries = (await broker.entries()).filter((entry) => entry['run_id'] === ask.claims.run_id);
    return { ask, first, second, issued: entries.filter(({ type }) => type === 'issuance.succeeded') };
  }

  it('is made as often as the stories below assume', async () => {
    store.arm();
    await broker.ask({ claims: { run_id: '900001' } });
    expect(store.commits).toBe(1);
    store.arm();
    await broker.ask({ ...ELSEWHERE, claims: { ...ELSEWHERE.claims, run_id: '900001' } });
    expect(store.commits).toBe(2);
    store.arm();
    await broker.ask({ scope: 'shop/upstream', claims: { run_id: '900001' } });
    expect(store.commits).toBe(2);
  });

  it.each([
    ...faultsAt(1).map((fault) => ({ ...fault, ask: HERE })),
    ...faultsAt(2).map((fault) => ({ ...fault, ask: ELSEWHERE })),
  ])(
    'number $at of an issuance of $ask.scope that $kind: 503, and the retry gets the one credential',
    async (fault) => {
      const { first, second, issued } = await askThrough(fault.ask, fault);
      expect([first.status, first.body.error, first.body.code]).toEqual([
        503,
        'temporarily_unavailable',
        'STORE_UNAVAILABLE',
      ]);
      expect(first.headers.get('retry-after')).toBeTruthy();
      expect(second.status).toBe(200);
      expect(issued).toMatchObject([{ issuance_id: second.body.issuance_id }]);
    },
  );

  it('that writes `issuance.started` and failed leaves the other side unasked, and the retry succeeds', async () => {
    const before = broker.provider.issued.length;
    const { first, second, issued } = await askThrough(UPSTREAM, { at: 1, kind: 'failed' });
    expect([first.status, second.status]).toEqual([503, 200]);
    expect(broker.provider.issued.slice(before)).toEqual([second.body.access_token]);
    expect(issued).toHaveLength(1);
  });

  it('that wrote `issuance.started` unknown to us is closed by reconcile as unknown, and the request is spent', async () => {
    const before = broker.provider.issued.length;
    const { ask, first, second } = await askThrough(UPSTREAM, { at: 1, kind: 'failed but happened' });
    expect([first.body.code, second.body.code]).toEqual(['STORE_UNAVAILABLE', 'ISSUANCE_IN_PROGRESS']);
    expect(broker.provider.issued).toHaveLength(before);
    await broker.restart();
    expect((await broker.entries()).at(-1)).toMatchObject({ type: 'issuance.unknown' });
    expect((await broker.ask(ask)).body.code).toBe('REQUEST_SPENT');
  });

  it.each(FAULTS)(
    'that writes the outcome of an issuance upstream and %s: revoked there, withheld, never given again',
    async (kind) => {
      const { first, second } = await askThrough(UPSTREAM, { at: 2, kind });
      expect([first.status, first.body.code]).toEqual([503, 'STORE_UNAVAILABLE']);
      expect(second.body.code).toBe('REQUEST_SPENT');
      await broker.running.runBackground();
      expect(broker.provider.revoked).toContain(broker.provider.issued.at(-1));
      const leases = await broker.running.store.read((tx) => tx.leases.latest(1));
      expect(leases).toMatchObject([{ state: 'withheld' }]);
      expect((await broker.entries()).slice(-2).map(({ type }) => type)).toEqual([
        'issuance.withheld',
        'lease.revoked',
      ]);
    },
  );

  it.each(faultsAt(1))(
    'of a return that $kind: 503, and the next return finds the lease as it is',
    async ({ kind }) => {
      const secret = newSecret();
      const { body } = await broker.ask({ secret, claims: { run_id: String(run++) } });
      store.arm({ at: 1, kind });
      expect((await broker.returnLease(body.lease_id, secret)).status).toBe(503);
      store.arm();
      expect((await broker.returnLease(body.lease_id, secret)).status).toBe(kind === 'failed' ? 200 : 204);
      expect((await broker.entries('lease.returned')).filter(({ lease_id: id }) => id === body.lease_id)).toHaveLength(
        1,
      );
    },
  );
});
