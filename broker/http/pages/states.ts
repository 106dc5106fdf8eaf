// States of requests, issuances and leases: always an icon and a word. Shapes differ, so that they hold without colour; filled
// shapes are acts of the broker, outlined ones are on the way or over.
import { type Html, html } from './html.ts';

const STATES = {
  issued: { icon: 'issued', tone: 'issued' },
  refused: { icon: 'refused', tone: 'refused' },
  permitted: { icon: 'ring-dot', tone: 'issued' },
  waiting: { icon: 'hourglass', tone: 'waiting' },
  withdrawn: { icon: 'turned-back', tone: 'expired' },
  running: { icon: 'ring-dot', tone: 'running' },
  revocable: { icon: 'ring-dot', tone: 'issued' },
  returned: { icon: 'returned', tone: 'expired' },
  dies: { icon: 'clock', tone: 'expired' },
  lapsed: { icon: 'lapsed', tone: 'expired' },
  never: { icon: 'never', tone: 'expired' },
  revoked: { icon: 'revoked', tone: 'revoked' },
  failed: { icon: 'warning', tone: 'refused' },
  unknown: { icon: 'unknown', tone: 'waiting' },
  noted: { icon: 'noted', tone: 'expired' },
} as const;

export type StateName = keyof typeof STATES;

/** A state with the word for it here. */
export interface State {
  readonly name: StateName;
  readonly word: string;
}

/** On a ground of its own: once or twice in the head of a page. */
export const tag = ({ name, word }: State): Html =>
  html`<span class="tag ${STATES[name].tone}">${stateIcon(name)}${word}</span>`;

/** In tables and lists. */
export const quiet = ({ name, word }: State): Html =>
  html`<span class="quiet ${STATES[name].tone}">${stateIcon(name)}${word}</span>`;

/** On the rail, where the words stand beside it. */
export const dot = (name: StateName): Html => html`<span class="dot ${STATES[name].tone}">${stateIcon(name)}</span>`;

const stateIcon = (name: StateName): Html => icon(STATES[name].icon);

export const icon = (name: string): Html =>
  html`<svg class="icon" width="16" height="16" aria-hidden="true" focusable="false"><use href="#icon-${name}"/></svg>`;
