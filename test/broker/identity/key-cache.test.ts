import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KeySet } from '../../../broker/identity/issuer-key-set.ts';
import { KeyCache } from '../../../broker/identity/key-cache.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const generateKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const KEYS: KeySet = new Map([
  ['a', generateKey()],
  ['b', generateKey()],
]);

/** An issuer whose answer each test sets, a clock that each test moves, and the cache between them. */
async function setUp() {
  const state = {
    now: 1_795_341_600_000,
    published: ['a'] as readonly string[] | 'down',
    fetches: 0,
    /** what an answer waits for */
    held: Promise.resolve(),
    said: [] as string[],
    /** what came of each fetch */
    told: [] as unknown[],
  };
  const fetchKeySet = async (): Promise<KeySet> => {
    state.fetches += 1;
    const { published } = state;
    await state.held;
    if (published === 'down') throw new Error('connection refused');
    return new Map([...KEYS].filter(([kid]) => published.includes(kid)));
  };
  const cache = new KeyCache({
    ...{ issuerUrl: 'https://issuer.example', clock: { now: () => state.now }, fetchKeySet },
    onFetch: (failure) => state.told.push(failure),
    onOutage: (cause) => state.said.push(String(cause)),
    onRecovery: () => state.said.push('recovered'),
  });
  /** The issuer takes its time from now on; it answers what it published when it was asked. */
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    state.held = promise;
    return resolve;
  };
  return {
    state,
    keys: KEYS,
    hold,
    keyFor: (kid: string) => cache.keyFor(kid),
    refreshAhead: () => cache.refreshAhead(),
  };
}

const unreachable = (retryAfter: number) => ({
  code: 'ISSUER_UNREACHABLE',
  retryAfter,
  message: `The keys of the issuer "https://issuer.example" can't be fetched at the moment, so its tokens can't be checked. Nothing is wrong with the workflow: try again in ${retryAfter} s.`,
});
const noSuchKey = (kid: string) => ({
  code: 'TOKEN_SIGNATURE_INVALID',
  message: expect.stringContaining(`The issuer "https://issuer.example" has no key "${kid}"`),
});

describe('the keys of an issuer', () => {
  test('are fetched once and then at hand for ten minutes', async () => {
    const { state, keys, keyFor } = await setUp();
    expect(await keyFor('a')).toBe(keys.get('a'));
    state.now += 10 * MINUTE - 1;
    await keyFor('a');
    expect(state.fetches).toBe(1);
    state.now += 1;
    await keyFor('a');
    expect(state.fetches).toBe(2);
  });

  test('a withdrawn key stops counting after ten minutes', async () => {
    const { state, keyFor } = await setUp();
    await keyFor('a');
    state.published = ['b'];
    state.now += 10 * MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });

  test('whoever comes together asks together', async () => {
    const { state, keyFor } = await setUp();
    await Promise.all(Array.from({ length: 50 }, () => keyFor('a')));
    expect(state.fetches).toBe(1);
  });

  test('a new key is found at once, when the last look is 30 seconds old', async () => {
    const { state, keys, keyFor } = await setUp();
    await keyFor('a');
    state.published = ['a', 'b'];
    state.now += 30 * SECOND - 1;
    await expect(keyFor('b')).rejects.toMatchObject(noSuchKey('b'));
    state.now += 1;
    expect(await keyFor('b')).toBe(keys.get('b'));
    expect(state.fetches).toBe(2);
  });

  test('a flood of invented kids costs one fetch in 30 seconds', async () => {
    const { state, keyFor } = await setUp();
    for (let at = 0; at < 120; at += 1) {
      await expect(keyFor(`invented-${at}`)).rejects.toMatchObject({ code: 'TOKEN_SIGNATURE_INVALID' });
      state.now += SECOND / 2;
    }
    expect(state.fetches).toBe(2);
  });

  test('an outage is bridged for an hour after the last fetch, and not longer', async () => {
    const { state, keys, keyFor } = await setUp();
    await keyFor('a');
    state.published = 'down';
    state.now += 60 * MINUTE - 1;
    expect(await keyFor('a')).toBe(keys.get('a'));
    state.now += 1;
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(1));
  });

  test('during an outage an unknown kid is our trouble, not the caller’s mistake', async () => {
    const { state, keyFor } = await setUp();
    await keyFor('a');
    state.published = 'down';
    state.now += 30 * SECOND;
    await expect(keyFor('b')).rejects.toMatchObject(unreachable(30));
    await expect(keyFor('a')).resolves.toBeDefined();
  });

  test('failures are spaced out: 1, 2, 4 … 30 seconds', async () => {
    const { state, keyFor } = await setUp();
    state.published = 'down';
    const triedAt: number[] = [];
    const start = state.now;
    for (let fetches = 0; state.now < start + 100 * SECOND; state.now += SECOND / 2) {
      await keyFor('a').catch(() => undefined);
      if (state.fetches > fetches) triedAt.push((state.now - start) / SECOND);
      fetches = state.fetches;
    }
    expect(triedAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  test('while it waits, it says how long', async () => {
    const { state, keyFor } = await setUp();
    state.published = 'down';
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(1));
    state.now += SECOND;
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(2));
    state.now += SECOND / 2;
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(2));
  });

  test('the cause of a failure is kept for the operator', async () => {
    const { state, keyFor } = await setUp();
    state.published = 'down';
    await expect(keyFor('a')).rejects.toMatchObject({ cause: { message: 'connection refused' } });
  });

  test('recovery is noticed and forgets the failures', async () => {
    const { state, keyFor } = await setUp();
    state.published = 'down';
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(1));
    state.published = ['a'];
    state.now += SECOND;
    await expect(keyFor('a')).resolves.toBeDefined();
    await expect(keyFor('b')).rejects.toMatchObject(noSuchKey('b'));
  });

  test('a clock that is set back makes keys old, not young for ever', async () => {
    const { state, keyFor } = await setUp();
    await keyFor('a');
    state.published = ['b'];
    state.now -= 24 * 60 * MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });
});

describe('keys fetched ahead', () => {
  test('are there before the first token', async () => {
    const { state, keys, keyFor, refreshAhead } = await setUp();
    await refreshAhead();
    state.published = 'down';
    expect(await keyFor('a')).toBe(keys.get('a'));
    expect(state.fetches).toBe(1);
  });

  test('are fetched after eight minutes, while no token waits', async () => {
    const { state, keys, hold, keyFor, refreshAhead } = await setUp();
    await keyFor('a');
    state.now += 8 * MINUTE - 1;
    await refreshAhead();
    expect(state.fetches).toBe(1);
    state.now += 1;
    const answer = hold();
    const refreshed = refreshAhead();
    expect(await keyFor('a')).toBe(keys.get('a'));
    answer();
    await refreshed;
    state.now += 10 * MINUTE - 1;
    await keyFor('a');
    expect(state.fetches).toBe(2);
  });

  test('cost eight fetches an hour, however often one looks', async () => {
    const { state, refreshAhead } = await setUp();
    for (const end = state.now + 60 * MINUTE; state.now < end; state.now += 2 * SECOND)
      await Promise.all([refreshAhead(), refreshAhead(), refreshAhead()]);
    expect(state.fetches).toBe(8);
  });

  test('cost a fetch in 30 seconds while the issuer is down, and the token that comes pays nothing', async () => {
    const { state, keys, keyFor, refreshAhead } = await setUp();
    await refreshAhead();
    state.published = 'down';
    for (const end = state.now + 59 * MINUTE; state.now < end; state.now += 2 * SECOND) {
      await refreshAhead();
      expect(await keyFor('a')).toBe(keys.get('a'));
    }
    expect(state.fetches).toBeGreaterThan(90);
    expect(state.fetches).toBeLessThan(110);
  });

  test('bring a new key before anybody asks for it, and take a withdrawn one away', async () => {
    const { state, keys, keyFor, refreshAhead } = await setUp();
    await refreshAhead();
    state.published = ['b'];
    state.now += 8 * MINUTE;
    await refreshAhead();
    expect(await keyFor('b')).toBe(keys.get('b'));
    state.now += MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });
});

describe('while the issuer takes its time', () => {
  test('several keys come with one answer, and whoever asked for any of them waits for it', async () => {
    const { state, keys, hold, keyFor } = await setUp();
    state.published = ['a', 'b'];
    const answer = hold();
    const found = Promise.all([keyFor('a'), keyFor('b'), keyFor('a')]);
    answer();
    expect(await found).toEqual([keys.get('a'), keys.get('b'), keys.get('a')]);
    expect(state.fetches).toBe(1);
  });

  test('a rotation in the middle of a fetch is seen by the next one', async () => {
    const { state, keys, hold, keyFor } = await setUp();
    await keyFor('a');
    state.now += 30 * SECOND;
    const answer = hold();
    const early = keyFor('b');
    state.published = ['a', 'b'];
    expect(await keyFor('a')).toBe(keys.get('a'));
    answer();
    await expect(early).rejects.toMatchObject(noSuchKey('b'));
    state.now += 30 * SECOND;
    expect(await keyFor('b')).toBe(keys.get('b'));
  });

  test('what it withdraws meanwhile counts from the question, not from the answer', async () => {
    const { state, hold, keyFor } = await setUp();
    const answer = hold();
    const first = keyFor('a');
    state.published = ['b'];
    state.now += 9 * SECOND;
    answer();
    await first;
    state.now += 10 * MINUTE - 9 * SECOND;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });

  test('and is known to be down, no token with a key at hand waits for it', async () => {
    const { state, keys, hold, keyFor, refreshAhead } = await setUp();
    await keyFor('a');
    state.published = 'down';
    state.now += 10 * MINUTE;
    await refreshAhead();
    state.now += 30 * SECOND;
    const answer = hold();
    expect(await keyFor('a')).toBe(keys.get('a'));
    expect(state.fetches).toBe(3);
    const unknown = keyFor('b');
    answer();
    await expect(unknown).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
  });

  test('but was well when last heard of, a token with an old key waits for what it says now', async () => {
    const { state, keyFor } = await setUp();
    await keyFor('a');
    state.published = 'down';
    state.now += MINUTE;
    await expect(keyFor('b')).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    state.published = ['b'];
    state.now += 10 * MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });
});

test('an outage is said once, and its end once', async () => {
  const { state, refreshAhead } = await setUp();
  state.published = 'down';
  for (let tries = 0; tries < 100; tries += 1, state.now += SECOND) await refreshAhead();
  state.published = ['a'];
  for (let tries = 0; tries < 100; tries += 1, state.now += 10 * SECOND) await refreshAhead();
  expect(state.fetches).toBeGreaterThan(10);
  expect(state.said).toEqual(['Error: connection refused', 'recovered']);
});

test('every fetch is told, and why it failed where it did', async () => {
  const { state, keyFor } = await setUp();
  await keyFor('a');
  state.published = 'down';
  state.now += 30 * SECOND;
  await expect(keyFor('b')).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
  expect(state.told).toEqual([undefined, { cause: new Error('connection refused') }]);
});
