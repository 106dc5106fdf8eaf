import { describe, expect, it } from 'vitest';
import { age, clockOf, dateOf, span } from '../../shared/time-words.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('how long something lasts', () => {
  it.each([
    [0, '0 s', '0 s'],
    [999, '0 s', '0 s'],
    [SECOND, '1 s', '1 s'],
    [59 * SECOND, '59 s', '59 s'],
    [MINUTE, '1 min', '1 min'],
    [9 * MINUTE + 35 * SECOND, '9 min 35 s', '9 min'],
    [HOUR, '1 h', '1 h'],
    [HOUR + 59 * SECOND, '1 h', '1 h'],
    [HOUR + 30 * MINUTE, '1 h 30 min', '1 h'],
    [DAY - 1, '23 h 59 min', '23 h'],
    [DAY, '1 day', '1 day'],
    [DAY + 23 * HOUR, '1 day', '1 day'],
    [8 * DAY, '8 days', '8 days'],
  ])('%i ms are %s, or in short %s', (length, words, short) => {
    expect([span(length), span(length, true)]).toEqual([words, short]);
  });
});

describe('how long ago, or in how long', () => {
  it.each([
    [0, 'just now', 'just now'],
    [-10 * SECOND + 1, 'just now', 'just now'],
    [-10 * SECOND, '10 s ago', '10 s ago'],
    [-575 * SECOND, '9 min 35 s ago', '9 min ago'],
    [1, 'in 0 s', 'in 0 s'],
    [90 * MINUTE, 'in 1 h 30 min', 'in 1 h'],
  ])('%i ms from now is %s, or in short %s', (offset, words, short) => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    expect([age(now + offset, now), age(now + offset, now, true)]).toEqual([words, short]);
  });
});

describe('calendar and clock', () => {
  it('are those of UTC', () => {
    expect([dateOf, clockOf].map((show) => show(Date.parse('2026-11-03T04:05:06.789Z')))).toEqual([
      '3 Nov 2026',
      '04:05:06',
    ]);
  });

  it('have the months by their short names', () => {
    const months = Array.from({ length: 12 }, (_, month) => dateOf(Date.UTC(2026, month, 31 - 3)).split(' ')[1]);
    expect(months.join(' ')).toBe('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
  });
});
