// Words from outside, taken apart for a page: cut at a length that leaves room for ours, and with every sign that is not seen, or
// that moves others, apart from the rest, so that a page can show it as a boxed code point. What is shown as text and what as a
// quotation is decided here, for every page alike.
import { codePoint, HIDDEN, ODD_SPACE } from './invisible.ts';

export const LONGEST_QUOTATION = 200;

/** Three marks on a letter are writing; more of them draw over our own lines. */
const HEAPED_MARK = '(?<=\\p{M}{3})\\p{M}';
const UNSEEN = new RegExp(`([${HIDDEN}]|${ODD_SPACE}|${HEAPED_MARK})`, 'u');
const UNSEEN_IN_BLOCK = new RegExp(`((?!\\n)[${HIDDEN}]|${ODD_SPACE}|${HEAPED_MARK})`, 'u');

export interface Piece {
  readonly text: string;
  /** the text is a code point such as `U+202E`, in the place of a sign that is not to be obeyed */
  readonly boxed: boolean;
}

/** `block`: line breaks stay what they are. */
export function piecesOf(text: string, { block = false }: { readonly block?: boolean } = {}): readonly Piece[] {
  return text
    .split(block ? UNSEEN_IN_BLOCK : UNSEEN)
    .map((piece, index) => (index % 2 === 0 ? { text: piece, boxed: false } : { text: codePoint(piece), boxed: true }));
}

/** The first characters, and how many there are. */
export function cut(text: string, longest = LONGEST_QUOTATION): { readonly shown: string; readonly total: number } {
  const signs = [...text];
  return { shown: signs.slice(0, longest).join(''), total: signs.length };
}

/** Hashes, ids and names that cannot say anything may stand plain; whatever has room for a sentence is quoted. */
export const isInert = (text: string): boolean => /^[\w./:@+=-]{1,128}$/.test(text);

export interface SentencePart {
  readonly kind: 'ours' | 'code' | 'said';
  readonly text: string;
}

/**
 * A sentence of the broker in which somebody else's value stands in quotes. That value may hold quotes itself: `got` is looked
 * for whole first, and whatever else stands between the outermost quotes is taken for words from outside too.
 */
export function sentenceParts(message: string, got?: string): readonly SentencePart[] {
  if (got === undefined) return withQuotes(message);
  return message
    .split(`"${got}"`)
    .flatMap((part, index) => [...(index > 0 ? [{ kind: 'said', text: got } as const] : []), ...withQuotes(part)]);
}

function withQuotes(text: string): readonly SentencePart[] {
  const [first, last] = [text.indexOf('"'), text.lastIndexOf('"')];
  if (first === last) return withCode(text);
  const inside = { kind: 'said', text: text.slice(first + 1, last) } as const;
  return [...withCode(text.slice(0, first)), inside, ...withCode(text.slice(last + 1))];
}

const withCode = (text: string): readonly SentencePart[] =>
  text.split(/`([^`]*)`/).map((part, index) => ({ kind: index % 2 === 0 ? 'ours' : 'code', text: part }));
