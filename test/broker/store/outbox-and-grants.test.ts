import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import type { Store } from '../../../broker/store/store.ts';

async function openStore(): Promise<Store> {
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => 1_000 } });
  onTestFinished(() => store.close());
  return store;
}

const GRANT = {
  id: 'g',
  request_id: 'r',
  issuance_id: 'i',
  lease_id: 'l',
  rule: 0,
  ttl: 60,
  policy_digest: 'p',
  set_digest: 's',
  made_at: 0,
  expires_at: 100,
  redeemed_at: null,
  ended_by: null,
};

const REQUEST = {
  id: 'r',
  origin: 'job',
  requester: null,
  issuer: 'github',
  repository_id: '1',
  job_key: 'j',
  project: 'p',
  entitlement: 'e',
  parameters: '[]',
  state: 'granted',
  policy_digest: 'p',
  decision: '{}',
  subject: '{}',
  repeats: 0,
  created_at: 0,
  updated_at: 0,
} as const;

async function withGrant(): Promise<Store> {
  const store = await openStore();
  await store.commit(async (tx) => {
    await tx.requests.insert(REQUEST);
    await tx.grants.replace(GRANT);
  });
  return store;
}

const redeem = (store: Store, change: object = {}) =>
  store.commit((tx) => tx.grants.redeem({ id: 'g', setDigest: 's', now: 50, ...change }));

describe('a grant', () => {
  it('is spent by exactly one of many who try', async () => {
    const store = await withGrant();
    const won = await Promise.all(Array.from({ length: 20 }, () => redeem(store)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('cannot be spent after it lapsed, nor under another policy', async () => {
    const store = await withGrant();
    expect(await redeem(store, { now: 100 })).toBe(false);
    expect(await redeem(store, { setDigest: 'other' })).toBe(false);
    expect(await redeem(store, { now: 99 })).toBe(true);
  });
});

describe('the outbox', () => {
  it('gives a due item to one worker, and to the next when the claim has run out', async () => {
    const store = await openStore();
    await store.commit((tx) => tx.outbox.put({ id: 'o', kind: 'revoke', payload: 'lse_1', dueAt: 10 }));
    const claim = (now: number) =>
      store.commit((tx) => tx.outbox.claim({ kind: 'revoke', now, claimedUntil: now + 100, limit: 5 }));
    expect(await claim(9)).toEqual([]);
    expect(await claim(10)).toMatchObject([{ id: 'o', attempts: 1 }]);
    expect(await claim(50)).toEqual([]);
    expect(await claim(110)).toMatchObject([{ id: 'o', attempts: 2 }]);
  });

  it('keeps what failed until its next time, and forgets what is done', async () => {
    const store = await openStore();
    const claim = (now: number) =>
      store.commit((tx) => tx.outbox.claim({ kind: 'revoke', now, claimedUntil: now + 100, limit: 5 }));
    await store.commit((tx) => tx.outbox.put({ id: 'o', kind: 'revoke', payload: 'lse_1', dueAt: 10 }));
    await claim(10);
    await store.commit((tx) => tx.outbox.retry('o', 40));
    expect(await claim(39)).toEqual([]);
    expect(await claim(40)).toHaveLength(1);
    await store.commit((tx) => tx.outbox.done('o'));
    expect(await claim(1_000)).toEqual([]);
  });

  it('gives each worker its own kind, and knows when there is nothing', async () => {
    const store = await openStore();
    await store.commit((tx) => tx.outbox.put({ id: 'n', kind: 'notify', payload: '{}', dueAt: 10 }));
    const claimed = await store.commit((tx) =>
      tx.outbox.claim({ kind: 'revoke', now: 20, claimedUntil: 50, limit: 5 }),
    );
    expect(claimed).toEqual([]);
    const due = (now: number) => store.read((tx) => tx.outbox.isDue('notify', now));
    expect([await due(9), await due(10)]).toEqual([false, true]);
    expect(await store.read((tx) => tx.outbox.waiting('revoke'))).toEqual({ items: 0, oldestDueAt: undefined });
    expect(await store.read((tx) => tx.outbox.waiting('notify'))).toEqual({ items: 1, oldestDueAt: 10 });
  });
});
