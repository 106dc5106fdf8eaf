import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../shared/duration.ts';

describe('durations', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['90d', 7_776_000],
    ['1s', 1],
    ['9999999s', 9_999_999],
  ] as const)('reads %s as %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '0m', '15', 'm', '1.5h', '-1m', '15 m', '15M', '1h30m', '99999999s'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [90, '90s'],
    [900, '15m'],
    [7200, '2h'],
    [86_400, '1d'],
    [3_661, '3661s'],
    [60, '1m'],
    [3_600, '1h'],
    [1, '1s'],
    [0, '0s'],
  ] as const)('writes %i seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
