import { describe, expect, test } from 'vitest';
import { cachedIssuer, MINUTE, noSuchKey, SECOND, unreachable } from '../../support/cached-issuer.ts';

describe('the keys of an issuer', () => {
  test('are fetched once and then at hand for ten minutes', async () => {
    const { state, keys, keyFor } = await cachedIssuer();
    expect(await keyFor('a')).toBe(keys.get('a'));
    state.now += 10 * MINUTE - 1;
    await keyFor('a');
    expect(state.fetches).toBe(1);
    state.now += 1;
    await keyFor('a');
    expect(state.fetches).toBe(2);
  });

  test('a withdrawn key stops counting after ten minutes', async () => {
    const { state, keyFor } = await cachedIssuer();
    await keyFor('a');
    state.published = ['b'];
    state.now += 10 * MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });

  test('whoever comes together asks together', async () => {
    const { state, keyFor } = await cachedIssuer();
    await Promise.all(Array.from({ length: 50 }, () => keyFor('a')));
    expect(state.fetches).toBe(1);
  });

  test('a new key is found at once, when the last look is 30 seconds old', async () => {
    const { state, keys, keyFor } = await cachedIssuer();
    await keyFor('a');
    state.published = ['a', 'b'];
    state.now += 30 * SECOND - 1;
    await expect(keyFor('b')).rejects.toMatchObject(noSuchKey('b'));
    state.now += 1;
    expect(await keyFor('b')).toBe(keys.get('b'));
    expect(state.fetches).toBe(2);
  });

  test('a flood of invented kids costs one fetch in 30 seconds', async () => {
    const { state, keyFor } = await cachedIssuer();
    for (let at = 0; at < 120; at += 1) {
      await expect(keyFor(`invented-${at}`)).rejects.toMatchObject({ code: 'TOKEN_SIGNATURE_INVALID' });
      state.now += SECOND / 2;
    }
    expect(state.fetches).toBe(2);
  });

  test('an outage is bridged for an hour after the last fetch, and not longer', async () => {
    const { state, keys, keyFor } = await cachedIssuer();
    await keyFor('a');
    state.published = 'down';
    state.now += 60 * MINUTE - 1;
    expect(await keyFor('a')).toBe(keys.get('a'));
    state.now += 1;
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(1));
  });

  test('during an outage an unknown kid is our trouble, not the caller’s mistake', async () => {
    const { state, keyFor } = await cachedIssuer();
    await keyFor('a');
    state.published = 'down';
    state.now += 30 * SECOND;
    await expect(keyFor('b')).rejects.toMatchObject(unreachable(30));
    await expect(keyFor('a')).resolves.toBeDefined();
  });

  test('failures are spaced out: 1, 2, 4 … 30 seconds', async () => {
    const { state, keyFor } = await cachedIssuer();
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
    const { state, keyFor } = await cachedIssuer();
    state.published = 'down';
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(1));
    state.now += SECOND;
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(2));
    state.now += SECOND / 2;
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(2));
  });

  test('the cause of a failure is kept for the operator', async () => {
    const { state, keyFor } = await cachedIssuer();
    state.published = 'down';
    await expect(keyFor('a')).rejects.toMatchObject({ cause: { message: 'connection refused' } });
  });

  test('recovery is noticed and forgets the failures', async () => {
    const { state, keyFor } = await cachedIssuer();
    state.published = 'down';
    await expect(keyFor('a')).rejects.toMatchObject(unreachable(1));
    state.published = ['a'];
    state.now += SECOND;
    await expect(keyFor('a')).resolves.toBeDefined();
    await expect(keyFor('b')).rejects.toMatchObject(noSuchKey('b'));
  });

  test('a clock that is set back makes keys old, not young for ever', async () => {
    const { state, keyFor } = await cachedIssuer();
    await keyFor('a');
    state.published = ['b'];
    state.now -= 24 * 60 * MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });
});

describe('keys fetched ahead', () => {
  test('are there before the first token', async () => {
    const { state, keys, keyFor, refreshAhead } = await cachedIssuer();
    await refreshAhead();
    state.published = 'down';
    expect(await keyFor('a')).toBe(keys.get('a'));
    expect(state.fetches).toBe(1);
  });

  test('are fetched after eight minutes, while no token waits', async () => {
    const { state, keys, hold, keyFor, refreshAhead } = await cachedIssuer();
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
    const { state, refreshAhead } = await cachedIssuer();
    for (const end = state.now + 60 * MINUTE; state.now < end; state.now += 2 * SECOND)
      await Promise.all([refreshAhead(), refreshAhead(), refreshAhead()]);
    expect(state.fetches).toBe(8);
  });

  test('cost a fetch in 30 seconds while the issuer is down, and the token that comes pays nothing', async () => {
    const { state, keys, keyFor, refreshAhead } = await cachedIssuer();
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
    const { state, keys, keyFor, refreshAhead } = await cachedIssuer();
    await refreshAhead();
    state.published = ['b'];
    state.now += 8 * MINUTE;
    await refreshAhead();
    expect(await keyFor('b')).toBe(keys.get('b'));
    state.now += MINUTE;
    await expect(keyFor('a')).rejects.toMatchObject(noSuchKey('a'));
  });
});
