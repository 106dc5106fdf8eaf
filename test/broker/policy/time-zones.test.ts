import { describe, expect, it } from 'vitest';
import { isZone, localClock, momentOf } from '../../../broker/policy/time-zones.ts';

describe('time zones', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['America/St_Johns', true],
    ['Europe/Berln', false],
    ['+01:00', false],
    ['', false],
  ])('%s is a zone: %s', (zone, expected) => {
    expect(isZone(zone)).toBe(expected);
  });

  it.each([
    ['2026-11-22T12:00:00Z', 'Europe/Berlin', 0, 13 * 60],
    ['2026-07-06T22:30:59Z', 'Europe/Berlin', 2, 30],
    ['2026-11-22T12:00:00Z', 'America/St_Johns', 0, 8 * 60 + 30],
    ['2026-11-22T12:00:00Z', 'Pacific/Kiritimati', 1, 2 * 60],
    ['2026-11-22T00:00:00Z', 'UTC', 0, 0],
  ])('at %s the clocks of %s show day %i, minute %i', (moment, zone, ...[weekday, minute]) => {
    expect(localClock(zone)(Date.parse(moment))).toEqual({ weekday, minute });
  });

  it.each([
    ['2026-12-20T00:00', 'Europe/Berlin', '2026-12-19T23:00:00Z'],
    ['2026-07-01T00:00', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
    ['2026-07-01T00:00', 'UTC', '2026-07-01T00:00:00Z'],
    ['2026-07-01T00:00', 'Pacific/Kiritimati', '2026-06-30T10:00:00Z'],
    // Clocks are set back from 3:00 to 2:00: the first of the two.
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    // Clocks are set forward from 2:00 to 3:00: half an hour after.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
  ])('%s in %s is %s', (local, zone, moment) => {
    expect(new Date(momentOf(local, zone)).toISOString()).toBe(moment.replace('Z', '.000Z'));
  });
});
