// Words from outside: whatever somebody else typed or named is quoted, in a face of its own, so that no branch and no reason
// can pose as the broker. Signs that are not seen, or that move others, are shown as boxed code points.
import { codePoint, HIDDEN, ODD_SPACE } from '../../../shared/invisible.ts';
import { type Html, html } from './html.ts';
import { grouped } from './numbers.ts';

const LONGEST = 200;

/** Where the words stand in a sentence or a table: on one line, cut at 200 characters. */
export function said(text: string): Html {
  const { shown, total } = cut(text);
  if (total === 0) return html`<span class="hint">empty</span>`;
  const rest = total > LONGEST && html` <span class="hint">first ${LONGEST} of ${grouped(total)} characters</span>`;
  return html`<span class="said">${quoted(shown, UNSEEN)}</span>${rest}`;
}

/** The same where there is room for more: what was cut can be opened. Not inside a paragraph. */
export const saidWhole = (text: string): Html => html`${said(text)}${whatWasCut(text)}`;

/** Words of their own, with who wrote them; line breaks are kept. */
export const saidBlock = (text: string, caption: string): Html =>
  html`<p class="hint">${caption}</p>${block(cut(text).shown)}${whatWasCut(text)}`;

/** Hashes, ids and names that cannot say anything stand plain; whatever has room for a sentence is quoted. */
export function exact(text: string): Html {
  return INERT.test(text) ? html`<code>${text}</code>` : said(text);
}

/**
 * A sentence of the broker in which the job's own value stands in quotes. That value may hold quotes itself: it is looked for
 * whole first, and whatever else stands between the outermost quotes is taken for words from outside too.
 */
export function sentence(message: string, got: string | undefined): Html {
  const parts = got === undefined || got === '' ? [message] : message.split(`"${got}"`);
  return html`${parts.map((part, index) => html`${index > 0 && said(got ?? '')}${withQuotes(part)}`)}`;
}

function withQuotes(text: string): Html {
  const [, before = text, inside, after = ''] = /^([^"]*)"(.*)"([^"]*)$/s.exec(text) ?? [];
  return html`${withCode(before)}${inside !== undefined && said(inside)}${withCode(after)}`;
}

const withCode = (text: string): Html =>
  html`${text.split(/`([^`]*)`/).map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;

const INERT = /^[\w./:@+=-]{1,128}$/;

/** Three marks on a letter are writing; more of them draw over our own lines. */
const HEAPED_MARK = '(?<=\\p{M}{3})\\p{M}';
const UNSEEN = new RegExp(`([${HIDDEN}]|${ODD_SPACE}|${HEAPED_MARK})`, 'u');
const UNSEEN_IN_BLOCK = new RegExp(`((?!\\n)[${HIDDEN}]|${ODD_SPACE}|${HEAPED_MARK})`, 'u');

const block = (text: string): Html => html`<div class="said said-block">${quoted(text, UNSEEN_IN_BLOCK)}</div>`;

function whatWasCut(text: string): Html | undefined {
  const { total } = cut(text);
  if (total <= LONGEST) return undefined;
  return html`<details><summary>Show all ${grouped(total)} characters</summary>${block(text)}</details>`;
}

/** The quotation marks that are seen come from the style sheet and are silent; these words are for who listens. */
function quoted(text: string, unseen: RegExp): Html {
  const pieces = text.split(unseen).map((piece, index) => (index % 2 === 0 ? piece : boxed(piece)));
  return html`<span class="heard">quote: </span><bdi dir="auto">${pieces}</bdi><span class="heard"> end of quote</span>`;
}

const boxed = (sign: string): Html => html`<span class="point">${codePoint(sign)}</span>`;

function cut(text: string): { shown: string; total: number } {
  const signs = [...text];
  return { shown: signs.slice(0, LONGEST).join(''), total: signs.length };
}
