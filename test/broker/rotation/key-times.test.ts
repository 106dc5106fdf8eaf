import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { keyEncryptionKey } from '../../../broker/keys/signing-keys.ts';
import { jwtProvider } from '../../../broker/providers/jwt.ts';
import { isScheduled, PUBLISHED_AFTER_USE } from '../../../broker/rotation/key-times.ts';
import { buildKeys } from '../../support/build-grant.ts';
import { buildKeyRows } from '../../support/build-keys.ts';

const HOUR = 3_600_000;

describe('the times of keys', () => {
  it('keep a previous key published for longer than any credential lives', () => {
    const { lifetime } = jwtProvider({ issuer: 'https://keys.example.com', keys: buildKeys() });
    expect(PUBLISHED_AFTER_USE).toBeGreaterThan(lifetime.max * 1000);
  });

  it.each([
    [89 * 24 * HOUR + 22 * HOUR, false],
    [89 * 24 * HOUR + 23 * HOUR, true],
  ])('have a key made so that it signs when the time of the present one is over: after %i ms %s', (age, scheduled) => {
    const rows = buildKeyRows(keyEncryptionKey(Buffer.alloc(32), systemEntropy), 0);
    const times = { publishBeforeUse: HOUR, rotateEvery: 90 * 24 * HOUR };
    expect(isScheduled(rows, 'ES256', { ...times, now: age })).toBe(scheduled);
    expect(isScheduled(rows, 'ES256', { ...times, rotateEvery: undefined, now: age })).toBe(false);
  });
});
