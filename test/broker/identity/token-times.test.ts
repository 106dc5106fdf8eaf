import { describe, expect, test } from 'vitest';
import { checkTimes, wholeSeconds } from '../../../broker/identity/token-times.ts';

const NOW = 1_795_341_600;
const MINUTE = 60;
const HOUR = 3600;

/** Offsets from now, in seconds; GitHub's own shape unless changed. */
const check = (offsets: { exp?: number; iat?: number; nbf?: number }) => {
  const { exp = 5 * MINUTE, iat = 0, nbf = iat - 10 * MINUTE } = offsets;
  return () => checkTimes({ exp: NOW + exp, iat: NOW + iat, nbf: NOW + nbf }, NOW * 1000);
};

describe('the times of a token', () => {
  test.for([
    ['five minutes of life, valid from ten minutes earlier', {}],
    ['six hours of life', { exp: 6 * HOUR }],
    ['expired 29 seconds ago', { exp: -29, iat: -5 * MINUTE }],
    ['issued ten minutes and 30 seconds ago', { iat: -10 * MINUTE - 30 }],
    ['issued 30 seconds ahead of our clock', { iat: 30 }],
    ['valid from 30 seconds ahead of our clock', { nbf: 30 }],
    ['expiring 24 hours and 30 seconds ahead', { exp: 24 * HOUR + 30 }],
    ['valid from 15 minutes before it was issued', { nbf: -15 * MINUTE }],
  ] as const)('accepted: %s', ([, offsets]) => {
    expect(check(offsets)).not.toThrow();
  });

  test.for([
    [
      'TOKEN_EXPIRED',
      { exp: -30, iat: -5 * MINUTE },
      'The token expired at 2026-11-22T09:59:30Z; it is now 2026-11-22T10:00:00Z.',
    ],
    [
      'TOKEN_TOO_OLD',
      { iat: -10 * MINUTE - 31 },
      'The token was issued at 2026-11-22T09:49:29Z, more than 10 minutes ago.',
    ],
    [
      'TOKEN_NOT_YET_VALID',
      { iat: 31 },
      'The token is valid from 2026-11-22T10:00:31Z; it is now 2026-11-22T10:00:00Z.',
    ],
    [
      'TOKEN_NOT_YET_VALID',
      { nbf: 31 },
      'The token is valid from 2026-11-22T10:00:31Z; it is now 2026-11-22T10:00:00Z.',
    ],
    [
      'TOKEN_MALFORMED',
      { exp: 24 * HOUR + 31 },
      'The token expires at 2026-11-23T10:00:31Z, more than 24 hours from now.',
    ],
    [
      'TOKEN_MALFORMED',
      { nbf: -15 * MINUTE - 1 },
      'more than 15 minutes before it was issued at 2026-11-22T10:00:00Z.',
    ],
    [
      'TOKEN_MALFORMED',
      { exp: 0 },
      'The token expires at 2026-11-22T10:00:00Z, before it was issued at 2026-11-22T10:00:00Z.',
    ],
  ] as const)('%s: %j', ([code, offsets, words]) => {
    expect(check(offsets)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
  });

  test.for(['exp', 'iat', 'nbf'] as const)('%s must be a number that can be computed with', (name) => {
    const good = { exp: NOW + 300, iat: NOW, nbf: NOW };
    for (const value of [
      undefined,
      null,
      String(NOW),
      NOW + 0.5,
      JSON.parse('1e400'),
      -1,
      2 ** 53,
      253_402_300_800,
      [NOW],
      true,
    ]) {
      expect(() => checkTimes({ ...good, [name]: value }, NOW * 1000)).toThrow(
        expect.objectContaining({
          code: 'TOKEN_MALFORMED',
          message: expect.stringMatching(`^The token's claim "${name}" is .*; it must be a time in whole seconds\\.`),
        }),
      );
    }
  });

  test.for([0, 253_402_300_799])('%i is the first or the last second that can be one', (seconds) => {
    expect(wholeSeconds({ exp: seconds }, 'exp')).toBe(seconds);
  });

  test('an old token is called expired rather than too old, because a fresh one helps in both cases and one word is enough', () => {
    expect(check({ exp: -HOUR, iat: -2 * HOUR })).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED' }));
  });
});
