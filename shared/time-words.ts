// Times in words and figures, the same on every page and in any zone: how long something lasts, how long ago it was, and what a
// clock and a calendar show.

/** Milliseconds since the epoch, or between two moments. */
type Millis = number;

const SECOND = 1000;
const UNITS = [
  { name: 'day', many: 'days', length: 86_400 * SECOND },
  { name: 'h', many: 'h', length: 3_600 * SECOND },
  { name: 'min', many: 'min', length: 60 * SECOND },
  { name: 's', many: 's', length: SECOND },
] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The two largest units: `9 min 35 s`, `3 h`, `8 days`; of `coarse` the largest alone. */
export function span(length: Millis, coarse = false): string {
  const first = UNITS.find((unit) => length >= unit.length) ?? UNITS[3];
  const second = coarse || first.name === 'day' ? undefined : UNITS[UNITS.indexOf(first) + 1];
  const count = Math.floor(length / first.length);
  const words = `${count} ${count === 1 ? first.name : first.many}`;
  if (second === undefined) return words;
  const rest = Math.floor((length % first.length) / second.length);
  return rest === 0 ? words : `${words} ${rest} ${second.name}`;
}

/** How long ago, or in how long. */
export function age(at: Millis, now: Millis, coarse = false): string {
  if (at > now) return `in ${span(at - now, coarse)}`;
  return now - at < 10 * SECOND ? 'just now' : `${span(now - at, coarse)} ago`;
}

/** `24 Nov 2026`, in UTC. */
export function dateOf(at: Millis): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `14:40:52`, in UTC. */
export const clockOf = (at: Millis): string => new Date(at).toISOString().slice(11, 19);
