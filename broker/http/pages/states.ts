// States in markup: always an icon and a word.
import { STATE_MARKS, type State, type StateName } from '../../../shared/state-marks.ts';
import { type Html, html } from './html.ts';

export type { State, StateName } from '../../../shared/state-marks.ts';

/** On a ground of its own: once or twice in the head of a page. */
export const tag = ({ name, word }: State): Html =>
  html`<span class="tag ${STATE_MARKS[name].tone}">${stateIcon(name)}${word}</span>`;

/** In tables and lists. */
export const quiet = ({ name, word }: State): Html =>
  html`<span class="quiet ${STATE_MARKS[name].tone}">${stateIcon(name)}${word}</span>`;

/** On the rail, where the words stand beside it. */
export const dot = (name: StateName): Html =>
  html`<span class="dot ${STATE_MARKS[name].tone}">${stateIcon(name)}</span>`;

const stateIcon = (name: StateName): Html => icon(STATE_MARKS[name].icon);

export const icon = (name: string): Html =>
  html`<svg class="icon" width="16" height="16" aria-hidden="true" focusable="false"><use href="#icon-${name}"/></svg>`;
