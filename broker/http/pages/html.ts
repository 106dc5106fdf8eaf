// HTML as a type of its own: text becomes markup in an `html` template and nowhere else, and whatever is put into one is
// escaped. There is no way around it: no `raw`, and no other maker of `Html`.

import { HIDDEN } from '../../../shared/invisible.ts';

class Markup {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type Html = Markup;
export type Part = Html | string | number | false | undefined | readonly Part[];

/** Put values between tags, or between the quotes of an attribute; a test looks for attributes without quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Markup(texts.reduce((page, text, index) => `${page}${rendered(parts[index - 1])}${text}`));
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.toString();
  return typeof part === 'object' ? part.map(rendered).join('') : escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Signs that would turn the writing around are taken out even of text that we took for ours (Trojan Source). */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '').replace(NEVER_SEEN, '\uFFFD');
}

const NEVER_SEEN = new RegExp(`(?![\\n\\t])[${HIDDEN}]`, 'gu');
