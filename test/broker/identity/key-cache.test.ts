import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KeySet } from '../../../broker/identity/issuer-key-set.ts';
import { KeyCache } from '../../../broker/identity/key-cache.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** An issuer whose answer each test sets, a clock that each test moves, and the cache between them. */
async function setUp() {
  const keys = new Map([
    ['a', generateKey()],
    ['b', generateKey()],
  ]);
  const state = { now: 1_795_341_600_000, published: ['a'] as readonly string[] | 'down', fetches: 0 };
  const fetchKeySet = async (): Promise<KeySet> => {
    state.fetches += 1;
    if (state.published === 'down') throw new Error('connection refused');
    return new Map([...keys].filter(([kid]) => state.published.includes(kid)));
  };
  const cache = new KeyCache({ issuerUrl: 'https://issuer.example', clock: { now: () => state.now }, fetchKeySet });
  return { state, keys, keyFor: (kid: string) => cache.keyFor(kid) };
}

const generateKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;

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
