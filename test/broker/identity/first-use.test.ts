import { describe, expect, it, onTestFinished } from 'vitest';
import { firstUse, forgetTokens } from '../../../broker/identity/first-use.ts';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import type { Store } from '../../../broker/store/store.ts';
import { buildSubject } from '../../support/build-subject.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const MINUTE_MS = 60_000;
const FORGOTTEN = {
  code: 'TOKEN_EXPIRED',
  message:
    'This subject token expired before the time from which this broker remembers tokens. Ask GitHub for a fresh one.',
};
const REPLAYED = {
  code: 'TOKEN_REPLAYED',
  message:
    'This subject token was used before, and each works once. Ask GitHub for a fresh one for every call; if you did not use it twice, somebody else in the job has it.',
};

async function openMemory() {
  const time = { now: NOW };
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => time.now } });
  onTestFinished(() => store.close());
  const replays: string[] = [];
  /** Uses the token `tokenId`, good for five minutes from the first moment unless given. */
  const use = (tokenId: string, tokenExpiresAt = NOW + 5 * MINUTE_MS) =>
    firstUse(store, buildSubject({ tokenId, tokenExpiresAt }), {
      onFirstReplay: async () => void replays.push(tokenId),
    }).useUp();
  const forget = () => store.commit(forgetTokens);
  const ask = (commits: Pick<Store, 'commit'> = store) => {
    const subject = buildSubject({ tokenId: 'a', tokenExpiresAt: NOW + 5 * MINUTE_MS });
    const refused: string[] = [];
    const events = { onFirstReplay: async () => void replays.push('a'), onRefused: () => void refused.push('a') };
    return { ...firstUse(commits, subject, events), refused };
  };
  return { store, time, replays, use, forget, ask };
}

describe('a subject token', () => {
  it('works once, and its first replay is told once', async () => {
    const { use, replays } = await openMemory();
    await use('a');
    for (const _again of [1, 2]) await expect(use('a')).rejects.toMatchObject(REPLAYED);
    expect(replays).toEqual(['a']);
  });

  it('is remembered for ten minutes after it expired', async () => {
    const { time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 15 * MINUTE_MS;
    await forget();
    await expect(use('a')).rejects.toMatchObject(REPLAYED);
  });

  it('does not work a second time after the clock jumped ahead, forgot it and came back', async () => {
    const { time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 180 * MINUTE_MS;
    await forget();
    time.now = NOW;
    await expect(use('a')).rejects.toMatchObject(FORGOTTEN);
  });

  it('stays used, whatever else is forgotten after the clock came back', async () => {
    const { store, time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 180 * MINUTE_MS;
    await forget();
    time.now = NOW + 60 * MINUTE_MS;
    // As a use does that began before anything was forgotten.
    const early = { issuer: 'github', tokenId: 'early', expiresAt: NOW };
    await store.commit((tx) => tx.subjectTokens.use(early));
    await forget();
    time.now = NOW;
    await expect(use('a')).rejects.toMatchObject(FORGOTTEN);
  });

  it('is forgotten up to a moment, and one that expires at that moment works', async () => {
    const { store, time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 30 * MINUTE_MS;
    await forget();
    // Where a broker of another version looks for it, too.
    expect(await store.read((tx) => tx.meta.get('subject tokens forgotten before'))).toBe(String(NOW + 20 * MINUTE_MS));
    await expect(use('b', NOW + 20 * MINUTE_MS - 1)).rejects.toMatchObject(FORGOTTEN);
    await expect(use('b', NOW + 20 * MINUTE_MS)).resolves.toBeUndefined();
  });

  it('that expires later than what was forgotten works', async () => {
    const { time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 30 * MINUTE_MS;
    await forget();
    await expect(use('b', NOW + 35 * MINUTE_MS)).resolves.toBeUndefined();
  });

  it('works after the clock jumped ahead and came back, where nothing was forgotten meanwhile', async () => {
    const { time, use, forget } = await openMemory();
    time.now = NOW + 180 * MINUTE_MS;
    await forget();
    time.now = NOW;
    await expect(use('a')).resolves.toBeUndefined();
  });
});

describe('the first commit of an ask', () => {
  it('uses its token up, and no later one does', async () => {
    const { ask, replays } = await openMemory();
    const { commit, useUp } = ask();
    expect([await commit(async () => 1), await commit(async () => 2)]).toEqual([1, 2]);
    await useUp();
    await expect(ask().useUp()).rejects.toMatchObject(REPLAYED);
    expect(replays).toEqual(['a']);
  });

  it('is not made with a token that was used before', async () => {
    const { ask, use } = await openMemory();
    await use('a');
    const { commit, refused } = ask();
    let ran = false;
    await expect(commit(async () => (ran = true))).rejects.toMatchObject(REPLAYED);
    expect([ran, refused]).toEqual([false, ['a']]);
  });

  it('is taken back by what it throws, and then the token is used up by one of its own', async () => {
    const { store, ask, replays } = await openMemory();
    const { commit, useUp } = ask();
    const changes = commit(async (tx) => {
      await tx.meta.set('changed', 'yes');
      throw new Error('changed its mind');
    });
    await expect(changes).rejects.toThrow('changed its mind');
    await useUp();
    expect(await store.read((tx) => tx.meta.get('changed'))).toBeUndefined();
    await expect(ask().useUp()).rejects.toMatchObject(REPLAYED);
    expect(replays).toEqual(['a']);
  });

  it('stays made where a later one throws', async () => {
    const { ask, replays } = await openMemory();
    const { commit, useUp } = ask();
    await commit(async () => 1);
    const later = commit(async () => {
      throw new Error('changed its mind');
    });
    await expect(later).rejects.toThrow('changed its mind');
    await useUp();
    expect(replays).toEqual([]);
  });

  it.each(['failed', 'failed but happened'] as const)(
    'that %s is followed by none of its own, which would be taken for a replay',
    async (kind) => {
      const { store, ask, replays } = await openMemory();
      const commits: Pick<Store, 'commit'> = {
        async commit(unit) {
          if (kind === 'failed but happened') await store.commit(unit);
          throw new Error('the store did not confirm');
        },
      };
      const { commit, useUp } = ask(commits);
      await expect(commit(async () => 1)).rejects.toThrow('the store did not confirm');
      await useUp();
      expect(replays).toEqual([]);
    },
  );
});
