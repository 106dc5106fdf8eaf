import { describe, expect, it } from 'vitest';
import { sampleMoments } from '../../../../broker/policy/diff/sample-moments.ts';
import type { TimeWindow } from '../../../../broker/policy/rule-document.ts';

const DAY = 86_400_000;
const window = (zone: string, ...between: string[]): TimeWindow => ({ zone, days: ['mon-fri'], between });
const shown = (windows: readonly TimeWindow[]): readonly string[] =>
  sampleMoments(windows).map((moment) => new Date(moment).toISOString().slice(0, 16));

describe('sampled moments', () => {
  it('of one zone are those of one week, at midnight and wherever a window opens or closes', () => {
    const all = shown([window('Europe/Berlin', '09:00-17:00'), window('Europe/Berlin', '17:00-24:00')]);
    const days = ['03', '04', '05', '06', '07', '08', '09', '10'];
    expect(all.toSorted()).toEqual([
      ...days.flatMap((day, at) => [
        `2027-01-${day}T23:00`,
        ...[`2027-01-${days[at + 1] ?? '11'}T08:00`, `2027-01-${days[at + 1] ?? '11'}T16:00`],
      ]),
    ]);
  });

  it('are those of every day where a window is open all day', () => {
    expect(shown([{ zone: 'UTC', days: ['mon'] }])).toEqual(
      Array.from({ length: 8 }, (_, at) => `2027-01-${String(at + 4).padStart(2, '0')}T00:00`),
    );
  });

  it('of two zones are also those of weeks in which one of them changes its clocks', () => {
    const all = shown([window('Europe/Berlin', '09:00-17:00'), window('America/New_York', '09:00-17:00')]);
    // New York changes its clocks on 14 March and 7 November, Berlin on 28 March and 31 October: nine o'clock of these Sundays.
    const changes = ['2027-03-14T13:00', '2027-03-28T07:00', '2027-10-31T08:00', '2027-11-07T14:00'];
    expect(all).toEqual(expect.arrayContaining(changes));
    expect(new Set(all.map((moment) => moment.slice(0, 10))).size).toBeLessThan(100);
  });

  it('of zones that stand to each other in one way are those of one week', () => {
    const all = sampleMoments([window('UTC', '09:00-17:00'), window('Africa/Abidjan', '08:00-17:00')]);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(8 * DAY);
  });

  it('of no window are none', () => {
    expect(sampleMoments([])).toEqual([]);
  });
});
