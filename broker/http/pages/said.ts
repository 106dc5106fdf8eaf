// Words from outside: whatever somebody else typed or named is quoted, in a face of its own, so that no branch and no reason
// can pose as the broker. Signs that are not seen, or that move others, are shown as boxed code points.
import { grouped } from '../../../shared/number-words.ts';
import { cut, isInert, LONGEST_QUOTATION, type Piece, piecesOf, sentenceParts } from '../../../shared/quotation.ts';
import { type Html, html } from './html.ts';

/** Where the words stand in a sentence or a table: on one line, cut at 200 characters. */
export function said(text: string): Html {
  const { shown, total } = cut(text);
  if (total === 0) return html`<span class="hint">empty</span>`;
  const rest =
    total > LONGEST_QUOTATION &&
    html` <span class="hint">first ${LONGEST_QUOTATION} of ${grouped(total)} characters</span>`;
  return html`<span class="said">${quoted(piecesOf(shown))}</span>${rest}`;
}

/** The same where there is room for more: what was cut can be opened. Not inside a paragraph. */
export const saidWhole = (text: string): Html => html`${said(text)}${whatWasCut(text)}`;

/** Words of their own, with who wrote them; line breaks are kept. */
export const saidBlock = (text: string, caption: string): Html =>
  html`<p class="hint">${caption}</p>${block(cut(text).shown)}${whatWasCut(text)}`;

/** Hashes, ids and names that cannot say anything stand plain; whatever has room for a sentence is quoted. */
export function exact(text: string): Html {
  return isInert(text) ? html`<code>${text}</code>` : said(text);
}

/** A sentence of the broker in which the job's own value stands in quotes. */
export const sentence = (message: string, got: string | undefined): Html =>
  html`${sentenceParts(message, got).map(({ kind, text }) => SHOWN[kind](text))}`;

const SHOWN = {
  ours: (text: string): Html => html`${text}`,
  code: (text: string): Html => html`<code>${text}</code>`,
  said,
};

const block = (text: string): Html =>
  html`<div class="said said-block">${quoted(piecesOf(text, { block: true }))}</div>`;

function whatWasCut(text: string): Html | undefined {
  const { total } = cut(text);
  if (total <= LONGEST_QUOTATION) return undefined;
  return html`<details><summary>Show all ${grouped(total)} characters</summary>${block(text)}</details>`;
}

/** The quotation marks that are seen come from the style sheet and are silent; these words are for who listens. */
function quoted(pieces: readonly Piece[]): Html {
  const shown = pieces.map(({ text, boxed }) => (boxed ? html`<span class="point">${text}</span>` : text));
  return html`<span class="heard">quote: </span><bdi dir="auto">${shown}</bdi><span class="heard"> end of quote</span>`;
}
