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
    ['in the second of two windows', { between: ['01:00-02:00', '13:00-14:00'] }, '2026-11-22T12:30:00Z', true],
  ])('%s', (_what, ...[window, now, expected]) => {
    const decision = decideRule({ time: { zone: 'Europe/Berlin', ...window } }, buildSubject(), {
      now: Date.parse(now),
    });
    expect(decision.outcome).toBe(expected ? 'permit' : 'deny');
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
