// Moments that tell `time` conditions apart: every time of a week at which some window opens or closes, in weeks of a year in which
// the zones stand to each other in every way that they do, those in which some of them change their clocks among them.
import type { Millis } from '../../clock.ts';
import type { TimeWindow } from '../rule-document.ts';
import { localClock, momentOf } from '../time-zones.ts';

const DAY = 86_400_000;
const WEEKS = 53;
/** Monday, 4 January 2027, noon in UTC. */
export const SAMPLE_MOMENT: Millis = Date.UTC(2027, 0, 4, 12);

/** At least one in every stretch of time in which no window of these opens or closes. */
export function sampleMoments(windows: readonly TimeWindow[]): readonly Millis[] {
  const clocks = new Set(windows.flatMap(({ between = [] }) => between.flatMap((one) => one.split('-'))));
  // At midnight one day gives way to the next, and a window that ends at 24:00 ends then.
  const times = new Set(['00:00', ...[...clocks].filter((clock) => clock !== '24:00')]);
  const zones = [...new Set(windows.map(({ zone }) => zone))];
  const dates = weeksOf(zones).flatMap(daysOf);
  return zones.flatMap((zone) =>
    dates.flatMap((date) => [...times].map((clock) => momentOf(`${date}T${clock}`, zone))),
  );
}

/** One week for each way in which the clocks of the zones differ at its start and at its end. */
function weeksOf(zones: readonly string[]): readonly Millis[] {
  // By themselves the clocks of one zone show the same in every week.
  if (zones.length === 1) return [SAMPLE_MOMENT];
  const clocks = zones.map(localClock);
  const shown = (at: Millis): string => JSON.stringify(clocks.map((clock) => clock(at)));
  const starts = Array.from({ length: WEEKS }, (_, week) => SAMPLE_MOMENT + week * 7 * DAY);
  return [...new Map(starts.map((start) => [`${shown(start)} ${shown(start + 7 * DAY)}`, start])).values()];
}

const daysOf = (week: Millis): readonly string[] =>
  Array.from({ length: 8 }, (_, day) => new Date(week + day * DAY).toISOString().slice(0, 10));
