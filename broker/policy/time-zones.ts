// Local clocks: whether a zone exists, what time its clocks show, and which moment a local time is.
// From the time-zone database that comes with Node; nothing here reads a clock.
import type { Millis } from '../clock.ts';

export interface LocalTime {
  /** 0 is Sunday */
  readonly weekday: number;
  /** minutes since local midnight */
  readonly minute: number;
}

const MINUTE = 60_000;
const FURTHEST_AHEAD = 15 * 60 * MINUTE;
const FURTHEST_BEHIND = 13 * 60 * MINUTE;

export function isZone(zone: string): boolean {
  // Offsets such as +01:00, which have no letter, would pass as zones, and be wrong for half of the year.
  return /[A-Za-z]/.test(zone) && formatterOf(zone) !== undefined;
}

export const zoneNames = (): string[] => Intl.supportedValuesOf('timeZone');

/** What the clocks of a zone show at a moment. */
export function localClock(zone: string): (moment: Millis) => LocalTime {
  const offset = offsetClock(zone);
  return (moment) => {
    const local = new Date(moment + offset(moment));
    return { weekday: local.getUTCDay(), minute: local.getUTCHours() * 60 + local.getUTCMinutes() };
  };
}

/**
 * The moment of a local time such as 2026-12-20T00:00. Where clocks are set back there are two, and `of` says which;
 * where they are set forward there is none, and it is the moment at which they are.
 */
export function momentOf(local: string, zone: string, of: 'first' | 'last' = 'first'): Millis {
  const asUtc = Date.parse(`${local}:00Z`);
  const offset = offsetClock(zone);
  // No clock is further from UTC than that: of the offsets on either side, one applies.
  const either = [asUtc - FURTHEST_AHEAD, asUtc + FURTHEST_BEHIND].map((moment) => asUtc - offset(moment));
  const real = either.filter((moment) => moment + offset(moment) === asUtc);
  if (real.length === 0) return changeBetween(Math.min(...either), Math.max(...either), offset);
  return of === 'first' ? Math.min(...real) : Math.max(...real);
}

/** The first minute of the later offset. */
function changeBetween(from: Millis, to: Millis, offset: (moment: Millis) => Millis): Millis {
  let [before, after] = [from, to];
  while (after - before > MINUTE) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
    if (offset(middle) === offset(from)) before = middle;
    else after = middle;
  }
  return after;
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
function offsetClock(zone: string): (moment: Millis) => Millis {
  const formatter = formatterOf(zone);
  if (formatter === undefined) throw new RangeError(`"${zone}" is not a time zone`);
  return (moment) => {
    const parts = new Map<string, number>(
      formatter.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = ['year', 'month', 'day', 'hour', 'minute'].map(
      (type) => parts.get(type),
    );
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(moment / MINUTE) * MINUTE;
  };
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}
