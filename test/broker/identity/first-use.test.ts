import { describe, expect, it, onTestFinished } from 'vitest';
import { forgetTokens, useUp } from '../../../broker/identity/first-use.ts';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import { buildSubject } from '../../support/build-subject.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const MINUTE_MS = 60_000;
const FORGOTTEN = {
  code: 'TOKEN_EXPIRED',
  message: expect.stringContaining('expired before the time from which this broker remembers tokens'),
};

async function openMemory() {
  const time = { now: NOW };
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => time.now } });
  onTestFinished(() => store.close());
  const replays: string[] = [];
  /** Uses the token `tokenId`, good for five minutes from the first moment unless given. */
  const use = (tokenId: string, tokenExpiresAt = NOW + 5 * MINUTE_MS) =>
    useUp(store, buildSubject({ tokenId, tokenExpiresAt }), async (_tx, subject) => void replays.push(subject.tokenId));
  const forget = () => store.commit(forgetTokens);
  return { time, replays, use, forget };
}

describe('a subject token', () => {
  it('works once, and its first replay is told once', async () => {
    const { use, replays } = await openMemory();
    await use('a');
    for (const _again of [1, 2])
      await expect(use('a')).rejects.toMatchObject({
        code: 'TOKEN_REPLAYED',
        message: expect.stringContaining('This subject token was used before, and each works once.'),
      });
    expect(replays).toEqual(['a']);
  });

  it('is remembered for ten minutes after it expired', async () => {
    const { time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 15 * MINUTE_MS;
    await forget();
    await expect(use('a')).rejects.toMatchObject({ code: 'TOKEN_REPLAYED' });
  });

  it('does not work a second time after the clock jumped ahead, forgot it and came back', async () => {
    const { time, use, forget } = await openMemory();
    await use('a');
    time.now = NOW + 180 * MINUTE_MS;
    await forget();
    time.now = NOW;
    await expect(use('a')).rejects.toMatchObject(FORGOTTEN);
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
