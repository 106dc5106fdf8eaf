// The drawings: the mark, and the icons as one sprite in the markup of each page. 16 px grid, strokes of 1.5 px in the colour
// of the text; cut-outs take `--cut`, which whatever has a ground of its own sets to that ground.
import { type Html, html } from './html.ts';

const ticket = html`<path d="M1 2h22v4.5a3.5 3.5 0 0 0 0 7V18H1v-4.5a3.5 3.5 0 0 0 0-7z" fill="currentColor"/>`;
const tick = 'm7.5 10 3 3 6-6';

/** A pass with a tick in it. */
export const mark = html`<svg class="mark" width="24" height="20" aria-hidden="true" focusable="false"><use href="#icon-mark"/></svg>`;

/** The same as a file, for the browser's tab. */
export const markFile = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -2 24 24" color="#5F636B">${ticket}<path d="${tick}" fill="none" stroke="#FFFFFF" stroke-width="2.5"/></svg>`;

const ring = html`<circle cx="8" cy="8" r="6.25"/>`;
const hands = html`<path d="M8 4.75V8l2.25 1.5"/>`;
const diamond = html`<path d="M8 1.25 14.75 8 8 14.75 1.25 8z"/>`;

const DRAWINGS: Readonly<Record<string, Html>> = {
  issued: html`<circle class="filled" cx="8" cy="8" r="7"/><path class="cut" d="m5 8.25 2 2 4-4.25"/>`,
  refused: html`<path class="filled" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z"/><path class="cut" d="M5 8h6"/>`,
  approved: html`${ring}<path d="m5.25 8.25 2 2 3.5-4"/>`,
  rejected: html`<path d="M5.3 1.75h5.4l3.55 3.55v5.4l-3.55 3.55H5.3L1.75 10.7V5.3z"/><path d="m5.75 5.75 4.5 4.5M10.25 5.75l-4.5 4.5"/>`,
  'ring-dot': html`${ring}<circle class="filled" cx="8" cy="8" r="2.5"/>`,
  returned: html`<path d="M8 1.5v7.25M5.25 6.25 8 9l2.75-2.75M1.75 9.5v4.25h12.5V9.5"/>`,
  clock: html`${ring}${hands}`,
  hourglass: html`<path d="M4 1.75h8M4 14.25h8M4.75 1.75c0 3.5 1.75 4.5 3.25 6.25 1.5-1.75 3.25-2.75 3.25-6.25M4.75 14.25c0-3.5 1.75-4.5 3.25-6.25 1.5 1.75 3.25 2.75 3.25 6.25"/>`,
  'turned-back': html`<path d="M5.5 2.5 2.25 5.75 5.5 9M2.5 5.75h7.25a4 4 0 0 1 0 8H6"/>`,
  lapsed: html`<circle cx="8" cy="8" r="6.25" stroke-dasharray="3 1.9"/>${hands}`,
  never: html`<path d="M8 8C6.6 5.8 5.5 5 4.2 5a3 3 0 0 0 0 6C5.5 11 6.6 10.2 8 8s2.5-3 3.8-3a3 3 0 0 1 0 6C10.5 11 9.4 10.2 8 8z"/>`,
  revoked: html`${ring}<path d="m3.6 12.4 8.8-8.8"/>`,
  warning: html`${diamond}<path d="M8 4.75V8.5M8 10.75v.25"/>`,
  unknown: html`${diamond}<path d="M6.4 6.4a1.6 1.6 0 1 1 2.5 1.35c-.6.4-.9.65-.9 1.25M8 11v.25"/>`,
  noted: html`<path d="M3.25 1.75h6.5l3 3v9.5h-9.5zM5.75 7.75h4.5M5.75 10.75h4.5"/>`,
  tick: html`<path d="m2.75 8.5 3.5 3.5 7-8"/>`,
  key: html`<circle cx="5" cy="11" r="3.25"/><path d="m7.5 8.5 6-6M11 5l2 2"/>`,
  elsewhere: html`<path d="M6.5 3.25H2.75v10h10V9.5M9.25 2.25h4.5v4.5M13.5 2.5 7.5 8.5"/>`,
  search: html`<circle cx="7" cy="7" r="4.75"/><path d="m10.5 10.5 3.75 3.75"/>`,
  commit: html`<circle cx="8" cy="8" r="3"/><path d="M1.25 8H5M11 8h3.75"/>`,
  person: html`<circle cx="8" cy="5" r="3"/><path d="M2.25 14c.5-3 2.75-4.5 5.75-4.5s5.25 1.5 5.75 4.5"/>`,
  'low-risk': html`<path class="filled" d="M2 9h4.5v5H2z"/><path class="faint" d="M8.5 3H13v11H8.5z"/>`,
  'high-risk': html`<path class="filled" d="M2 9h4.5v5H2zM8.5 3H13v11H8.5z"/>`,
  change: html`<path d="M2 8h11.5M9.5 4l4 4-4 4"/>`,
};

export const sprite = html`<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">${Object.entries(
  DRAWINGS,
).map(
  ([name, drawing]) => html`<symbol id="icon-${name}" viewBox="0 0 16 16">${drawing}</symbol>`,
)}<symbol id="icon-mark" viewBox="0 0 24 20">${ticket}<path class="cut" d="${tick}"/></symbol></svg>`;
