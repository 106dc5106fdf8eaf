// The `time` condition: windows on the clocks of a zone. A window that ends before it starts runs past midnight and belongs to the
// day on which it starts.
import type { Millis } from '../clock.ts';
import type { Condition } from '../model.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import type { TimeWindow } from './rule-document.ts';
import { type LocalTime, localClock } from './time-zones.ts';
import { wanting } from './wanting.ts';

const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const WHOLE_DAY = ['00:00-24:00'];

export function timeCondition(windows: readonly TimeWindow[]): Condition {
  const clocks = [...new Map(windows.map(({ zone }) => [zone, localClock(zone)]))];
  const holds = windowsHold(windows);
  return wanting('time', {
    values: windows.map(describe),
    remedy: 'ask at such a time',
    holds: (_subject, now) => holds(now),
    got: (_subject, now) => clocks.map(([zone, clock]) => `${shownTime(clock(now))} ${zone}`).join(', '),
  });
}

/** Whether any of the windows is open at a moment. */
export function windowsHold(windows: readonly TimeWindow[]): (now: Millis) => boolean {
  const compiled = windows.map((window) => ({ clock: localClock(window.zone), isIn: includes(window) }));
  return (now) => compiled.some(({ clock, isIn }) => isIn(clock(now)));
}

function includes({ days, between = WHOLE_DAY }: TimeWindow): (local: LocalTime) => boolean {
  const on = new Set((days ?? ['sun-sat']).flatMap(daysOf));
  const spans = between.map(spanOf);
  return ({ weekday, minute }) =>
    spans.some(([from, to]) => {
      if (from < to) return on.has(weekday) && minute >= from && minute < to;
      return (on.has(weekday) && minute >= from) || (on.has((weekday + 6) % 7) && minute < to);
    });
}

/** `fri-mon` runs over the weekend. */
function daysOf(days: string): readonly number[] {
  const [from = 0, to = from] = days.split('-').map((day) => WEEK.indexOf(day));
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, at) => (from + at) % 7);
}

/** Minutes since midnight. */
function spanOf(between: string): readonly [number, number] {
  const [from = 0, to = 0] = between.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return [from, to];
}

const shownTime = ({ weekday, minute }: LocalTime): string => `${WEEK[weekday]} ${clockOf(minute)}`;
const clockOf = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

const describe = ({ zone, days = [], between = [] }: TimeWindow): string =>
  [anyOf(days), anyOf(between), zone].filter((part) => part !== '').join(' ');
