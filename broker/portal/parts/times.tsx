// Times: how long ago or until when, and the time itself beside it.
import { age, clockOf, dateOf, span } from '../../../shared/time-words.ts';
import { type TimeView, useTimes } from '../clock.ts';

type Form = 'age' | 'clock' | 'both';

/** `9 min ago`, `14:23`, or both; a date where it is another day. */
export function Time({ at, form = 'both' }: { readonly at: string; readonly form?: Form }) {
  const view = useTimes();
  const moment = Date.parse(at);
  const clock = clockWords(moment, view);
  const ago = age(Math.min(moment, view.now), view.now, true);
  const words = { age: ago, clock, both: `${ago}, ${clock}` }[form];
  return (
    <time dateTime={at} title={wholeWords(moment, view)}>
      {words}
    </time>
  );
}

/** `21 min left`; in the last minute, and afterwards, in words. */
export function leftWords(ends: string, { now }: TimeView): string {
  const left = Date.parse(ends) - now;
  if (left <= 0) return 'time is over';
  return left < 60_000 ? 'under a minute left' : `${span(left, true)} left`;
}

export const isNear = (ends: string, { now }: TimeView): boolean => Date.parse(ends) - now < 5 * 60_000;

/** `14:23`, with the date before it where that is not today. */
export function clockWords(moment: number, view: TimeView): string {
  const clock = clockOf(shown(moment, view)).slice(0, 5);
  const [date, today] = [dateOf(shown(moment, view)), dateOf(shown(view.now, view))];
  return date === today ? clock : `${date}, ${clock}`;
}

/** To the second, with its zone. */
export const wholeWords = (moment: number, view: TimeView): string =>
  `${dateOf(shown(moment, view))}, ${clockOf(shown(moment, view))} ${zoneName(view)}`;

export const secondsWords = (moment: number, view: TimeView): string => clockOf(shown(moment, view));
export const dayWords = (moment: number, view: TimeView): string => dateOf(shown(moment, view));

export const zoneName = ({ utc }: TimeView): string =>
  utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time';

/** The words are made for UTC: in another zone its clock is read as if it were UTC. */
const shown = (moment: number, { utc }: TimeView): number =>
  utc ? moment : moment - new Date(moment).getTimezoneOffset() * 60_000;
