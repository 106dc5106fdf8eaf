// Times on pages that the broker writes: absolute to the second, in UTC, with how long ago beside it. Such a page does not
// update by itself, so that "ago" counts from the moment it was made, which the foot of the page names.
import { age, clockOf, dateOf } from '../../../shared/time-words.ts';
import type { Millis } from '../../clock.ts';
import { type Html, html } from './html.ts';

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

const iso = (at: Millis): string => new Date(at).toISOString();
