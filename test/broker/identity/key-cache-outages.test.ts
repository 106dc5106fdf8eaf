import { describe, expect, test } from 'vitest';
import { cachedIssuer, MINUTE, noSuchKey, SECOND } from '../../support/cached-issuer.ts';

describe('while the issuer takes its time', () => {
  test('several keys come with one answer, and whoever asked for any of them waits for it', async () => {
    const { state, keys, hold, keyFor } = await cachedIssuer();
    state.published = ['a', 'b'];
    const answer = hold();
    const found = Promise.all([keyFor('a'), keyFor('b'), keyFor('a')]);
    answer();
    expect(await found).toEqual([keys.get('a'), keys.get('b'), keys.get('a')]);
    expect(state.fetches).toBe(1);
  });

  test('a rotation in the middle of a fetch is seen by the next one', async () => {
    const { state, keys, hold, keyFor } = await cachedIssuer();
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
    const { state, hold, keyFor } = await cachedIssuer();
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
    const { state, keys, hold, keyFor, refreshAhead } = await cachedIssuer();
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
    const { state, keyFor } = await cachedIssuer();
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
  const { state, refreshAhead } = await cachedIssuer();
  state.published = 'down';
  for (let tries = 0; tries < 100; tries += 1, state.now += SECOND) await refreshAhead();
  state.published = ['a'];
  for (let tries = 0; tries < 100; tries += 1, state.now += 10 * SECOND) await refreshAhead();
  expect(state.fetches).toBeGreaterThan(10);
  expect(state.said).toEqual(['Error: connection refused', 'recovered']);
});

test('every fetch is told, and why it failed where it did', async () => {
  const { state, keyFor } = await cachedIssuer();
  await keyFor('a');
  state.published = 'down';
  state.now += 30 * SECOND;
  await expect(keyFor('b')).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
  expect(state.told).toEqual([undefined, { cause: new Error('connection refused') }]);
});
