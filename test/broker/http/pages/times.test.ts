import { describe, expect, it } from 'vitest';
import { time, timeAndAge, wholeTime } from '../../../../broker/http/pages/times.ts';
import { age, span } from '../../../../shared/time-words.ts';
import { NOW } from './page-store.ts';
import { textOf } from './page-text.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

describe('times', () => {
  it('are absolute to the second, in UTC, for machines too', () => {
    expect(String(time(NOW - 61 * SECOND, NOW))).toBe('<time datetime="2026-11-22T11:58:59.000Z">11:58:59</time>');
    expect(textOf(wholeTime(NOW))).toBe('22 Nov 2026, 12:00:00 UTC');
  });

  it('of another day carry their date', () => {
    expect(textOf(time(NOW - DAY, NOW))).toBe('21 Nov 2026 12:00:00');
  });

  it('have how long ago beside them', () => {
    expect(textOf(timeAndAge(NOW - 9 * 60 * SECOND, NOW))).toBe('11:51:00 9 min ago');
  });

  it.each([
    [-9 * SECOND, 'just now'],
    [-10 * SECOND, '10 s ago'],
    [-575 * SECOND, '9 min 35 s ago'],
    [-2 * DAY, '2 days ago'],
    [21 * 60 * SECOND, 'in 21 min'],
  ])('%i ms from now are %s', (offset, words) => {
    expect(age(NOW + offset, NOW)).toBe(words);
  });

  it.each([
    [0, '0 s'],
    [3600 * SECOND, '1 h'],
    [DAY, '1 day'],
    [DAY + 3600 * SECOND, '1 day'],
    [90 * 60 * SECOND, '1 h 30 min'],
  ])('%i ms last %s', (length, words) => {
    expect(span(length)).toBe(words);
  });
});
