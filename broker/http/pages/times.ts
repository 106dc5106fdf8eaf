// Times on pages: absolute to the second, in UTC, with how long ago beside it. A page does not update by itself, so that
// "ago" counts from the moment it was made, which the foot of the page names.
import type { Millis } from '../../clock.ts';
import { type Html, html } from './html.ts';

const SECOND = 1000;
const UNITS = [
  { name: 'day', many: 'days', length: 86_400 * SECOND },
  { name: 'h', many: 'h', length: 3_600 * SECOND },
  { name: 'min', many: 'min', length: 60 * SECOND },
  { name: 's', many: 's', length: SECOND },
] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `14:40:52`, and the date before it where that is another day than `now`. */
export function time(at: Millis, now: Millis): Html {
  const date = dateOf(at) === dateOf(now) ? '' : `${dateOf(at)} `;
  return html`<time datetime="${iso(at)}">${date}${clockOf(at)}</time>`;
}

/** The same with how long ago, or in how long. */
export const timeAndAge = (at: Millis, now: Millis): Html =>
  html`${time(at, now)} <span class="hint age">${age(at, now)}</span>`;

/** `24 Nov 2026, 14:40:52 UTC`. */
export const wholeTime = (at: Millis): Html =>
  html`<time datetime="${iso(at)}">${dateOf(at)}, ${clockOf(at)} UTC</time>`;

export function age(at: Millis, now: Millis): string {
  if (at > now) return `in ${span(at - now)}`;
  return now - at < 10 * SECOND ? 'just now' : `${span(now - at)} ago`;
}

/** The two largest units: `9 min 35 s`, `3 h`, `8 days`. */
export function span(length: Millis): string {
  const first = UNITS.find((unit) => length >= unit.length) ?? UNITS[3];
  const second = UNITS[UNITS.indexOf(first) + 1];
  const count = Math.floor(length / first.length);
  const rest = second === undefined || first.name === 'day' ? 0 : Math.floor((length % first.length) / second.length);
  const words = `${count} ${count === 1 ? first.name : first.many}`;
  return rest === 0 || second === undefined ? words : `${words} ${rest} ${second.name}`;
}

export function dateOf(at: Millis): string {
  const [year = '', month = '', day = ''] = iso(at).slice(0, 10).split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}

export const clockOf = (at: Millis): string => iso(at).slice(11, 19);
const iso = (at: Millis): string => new Date(at).toISOString();
