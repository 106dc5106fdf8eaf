import { describe, expect, it } from 'vitest';
import { decideRule, NOW, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

describe('the condition time', () => {
  it.each<[what: string, window: Yaml, now: string, expected: boolean]>([
    ['on a working day in the window', { days: 'mon-fri', between: '09:00-17:00' }, '2026-11-23T08:00:00Z', true],
    ['before it opens', { days: 'mon-fri', between: '09:00-17:00' }, '2026-11-23T07:59:59Z', false],
    ['when it closes', { days: 'mon-fri', between: '09:00-17:00' }, '2026-11-23T16:00:00Z', false],
    ['by summer time', { days: 'mon-fri', between: '09:00-17:00' }, '2026-07-06T07:00:00Z', true],
    ['on a Sunday', { days: 'mon-fri' }, '2026-11-22T12:00:00Z', false],
    ['on a Sunday of a range over the weekend', { days: 'fri-mon' }, '2026-11-22T12:00:00Z', true],
    ['on one of some days', { days: ['tue', 'sun'] }, '2026-11-22T12:00:00Z', true],
    ['after midnight, of the day before', { days: 'sat', between: '22:00-06:00' }, '2026-11-22T04:59:00Z', true],
    [
      'after midnight, of a day that is not named',
      { days: 'sun', between: '22:00-06:00' },
      '2026-11-22T04:59:00Z',
      false,
    ],
    ['at the first minute before midnight', { days: 'sat', between: '22:00-06:00' }, '2026-11-21T21:00:00Z', true],
    ['a minute before that', { days: 'sat', between: '22:00-06:00' }, '2026-11-21T20:59:00Z', false],
    ['when it closes on the day after', { days: 'sat', between: '22:00-06:00' }, '2026-11-22T05:00:00Z', false],
    ['in the second of two windows', { between: ['01:00-02:00', '13:00-14:00'] }, '2026-11-22T12:30:00Z', true],
  ])('%s', (_what, ...[window, now, expected]) => {
    const decision = decideRule({ time: { zone: 'Europe/Berlin', ...window } }, buildSubject(), {
      now: Date.parse(now),
    });
    expect(decision.outcome).toBe(expected ? 'permit' : 'deny');
  });

  it.each([
    ['sun', '2026-11-22'],
    ['mon', '2026-11-23'],
    ['tue', '2026-11-24'],
    ['wed', '2026-11-25'],
    ['thu', '2026-11-26'],
    ['fri', '2026-11-27'],
    ['sat', '2026-11-28'],
  ])('knows %s, and says so on another day', (days, date) => {
    const at = (hours: number) => ({ now: Date.parse(date) + hours * 3_600_000 });
    const rule = { time: { zone: 'UTC', days } };
    expect(decideRule(rule, buildSubject(), at(12)).outcome).toBe('permit');
    const other = { time: { zone: 'UTC', days: days === 'mon' ? 'tue' : 'mon' } };
    expect(decideRule(other, buildSubject(), at(9.5))).toMatchObject({ reasons: [{ got: `${days} 09:30 UTC` }] });
  });

  it.each([
    [{ zone: 'UTC', days: ['mon', 'wed'] }, 'mon or wed UTC', 'sun 12:00 UTC'],
    [{ zone: 'UTC', between: ['01:00-02:00', '03:00-04:00'] }, '01:00-02:00 or 03:00-04:00 UTC', 'sun 12:00 UTC'],
    [
      [
        { zone: 'UTC', days: 'mon' },
        { zone: 'Asia/Tokyo', days: 'tue' },
        { zone: 'UTC', days: 'wed' },
      ],
      'mon UTC, tue Asia/Tokyo or wed UTC',
      'sun 12:00 UTC, sun 21:00 Asia/Tokyo',
    ],
  ])('says what is written, and what each clock shows: %j', (time, expected, got) => {
    expect(decideRule({ time }, buildSubject())).toMatchObject({ reasons: [{ expected, got }] });
  });

  it('says what it is there and what is wanted', () => {
    const decision = decideRule(
      { time: [{ zone: 'Europe/Berlin', days: 'mon-fri', between: '09:00-17:00' }] },
      buildSubject(),
      { now: NOW },
    );
    expect(decision).toMatchObject({
      reasons: [
        {
          condition: 'time',
          expected: 'mon-fri 09:00-17:00 Europe/Berlin',
          got: 'sun 13:00 Europe/Berlin',
          message: expect.stringContaining('. Ask at such a time, or ask acme/platform to change'),
        },
      ],
    });
  });
});
