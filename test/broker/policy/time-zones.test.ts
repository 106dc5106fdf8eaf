import { describe, expect, it } from 'vitest';
import { isZone, localClock, momentOf } from '../../../broker/policy/time-zones.ts';

describe('time zones', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['America/St_Johns', true],
    ['America/Port-au-Prince', true],
    ['Etc/GMT+1', true],
    ['Europe/Berln', false],
    ['+01:00', false],
    ['-0100', false],
    ['\u221201:00', false],
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
    // Clocks are set forward from 2:00 to 3:00: the moment at which they are.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['2026-03-29T02:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    // The same west of UTC.
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00Z'],
    ['2026-03-08T02:30', 'America/Los_Angeles', '2026-03-08T10:00:00Z'],
    // Far from UTC, shortly before and in the hour that comes twice.
    ['2026-04-05T01:30', 'Pacific/Auckland', '2026-04-04T12:30:00Z'],
    ['2026-04-05T02:30', 'Pacific/Auckland', '2026-04-04T13:30:00Z'],
  ])('%s in %s is %s', (local, zone, moment) => {
    expect(new Date(momentOf(local, zone)).toISOString()).toBe(moment.replace('Z', '.000Z'));
  });

  it.each([
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T01:30:00.000Z'],
    ['2026-04-05T02:30', 'Pacific/Auckland', '2026-04-04T14:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T06:30:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-07-01T00:00', 'UTC', '2026-07-01T00:00:00.000Z'],
  ])('the last moment that is %s in %s is %s', (local, zone, moment) => {
    expect(new Date(momentOf(local, zone, 'last')).toISOString()).toBe(moment);
  });

  it('has no clock of a zone that is none', () => {
    expect(() => localClock('Europe/Berln')).toThrow('"Europe/Berln" is not a time zone');
  });
});
