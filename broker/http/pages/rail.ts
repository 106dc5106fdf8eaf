// The life of a request, one fact a step, with the index of its log entry; dashed is what has not happened yet.

import { grouped } from '../../../shared/number-words.ts';
import { age, dateOf, span } from '../../../shared/time-words.ts';
import type { Millis } from '../../clock.ts';
import { entryWords } from './entry-words.ts';
import { type Html, html } from './html.ts';
import type { LogEntry } from './log-entry.ts';
import { dot } from './states.ts';
import { time } from './times.ts';

export function rail(entries: readonly LogEntry[], { dies, now }: { dies: Millis | undefined; now: Millis }): Html {
  const steps = entries.map((entry, index) => step(entry, entries[index - 1]?.time, now));
  return html`<ol class="rail">${steps}${dies !== undefined && toCome(dies, now)}</ol>`;
}

function step(entry: LogEntry, before: Millis | undefined, now: Millis): Html {
  const { state, what, detail } = entryWords(entry, now);
  return html`<li id="log-${entry.index}"><div class="when">${time(entry.time, now)} <span class="hint age">${since(entry.time, before)}</span></div>
${dot(state)}<div class="what"><span class="index">log ${grouped(entry.index)}</span><strong>${what}</strong> <code class="kind">${entry.type}</code>${detail !== undefined && html`<p>${detail}</p>`}</div></li>
`;
}

const toCome = (dies: Millis, now: Millis): Html =>
  html`<li class="to-come"><div class="when">${time(dies, now)} <span class="hint age">${age(dies, now)}</span></div>
${dot('dies')}<div class="what"><strong>The credential dies</strong><p>At the end that it was made with.</p></div></li>
`;

/** How long after the step before; another day is said by its date. */
function since(at: Millis, before: Millis | undefined): string {
  if (before === undefined) return 'asked';
  if (dateOf(at) !== dateOf(before)) return dateOf(at);
  return at - before < 1000 ? 'at once' : `+${span(at - before)}`;
}
