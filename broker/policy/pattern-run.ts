// What a pattern could match, asked of the pattern itself and not of a value: for the loader, lint and diff, which may take their
// time. Pattern and value run side by side, a row for each character; whether a value matches is decided in pattern.ts.
import { foldCase } from './pattern.ts';

/**
 * Whether every value of `inner` is one of `outer` too. Never yes where it is not; with wildcards, sometimes no where it is.
 * `fold` as for `compilePattern`.
 */
export function isWithin(inner: string, outer: string, { fold = false } = {}): boolean {
  const [narrow, wide] = [read(inner, fold), read(outer, fold)];
  return narrow.reduce((row, token) => nextRow(row, wide, token), firstRow(wide))[wide.length] === 1;
}

/** A pattern read along a value, character by character: for whoever looks for values that some patterns match and others don't. */
export interface PatternRun {
  readonly start: Row;
  readonly step: (row: Row, character: string) => Row;
  readonly accepts: (row: Row) => boolean;
  /** characters that the pattern's own text could go on with */
  readonly awaited: (row: Row) => readonly string[];
}

export type Row = Uint8Array;

export function patternRun(text: string, { fold }: { readonly fold: boolean }): PatternRun {
  const tokens = read(text, fold);
  return {
    start: firstRow(tokens),
    step: (row, character) => nextRow(row, tokens, character),
    accepts: (row) => row[tokens.length] === 1,
    awaited: (row) => tokens.filter((token, at) => row[at] === 1 && !isWildcard(token)),
  };
}

/** Whether anything that starts so can match: the pattern's own text says what may follow. */
export function canStartWith(text: string, start: string): boolean {
  return rowAfter(tokenize(text), start).includes(1);
}

/** Whether it can match `start`, then a number, then `end`. */
export function canMatchNumbered(text: string, start: string, end: string): boolean {
  const tokens = tokenize(text);
  let reached = rowAfter(tokens, start);
  let numbers: Uint8Array = new Uint8Array(reached.length);
  // One digit more each time, until nothing new is reached: at most once for each token.
  for (let grows = true; grows; ) {
    const next = [...'0123456789'].map((digit) => nextRow(reached, tokens, digit));
    reached = numbers.map((known, at) => (known === 1 || next.some((row) => row[at] === 1) ? 1 : 0));
    grows = reached.some((one, at) => one !== numbers[at]);
    numbers = reached;
  }
  return [...end].reduce<Uint8Array>((row, character) => nextRow(row, tokens, character), numbers)[tokens.length] === 1;
}

type Token = string;

const read = (text: string, fold: boolean): readonly Token[] => tokenize(fold ? foldCase(text) : text);

/** `**`, `*`, or one literal character. */
export const tokenize = (text: string): readonly Token[] =>
  Array.from(text.matchAll(/\*\*|[\s\S]/g), ([token]) => token);

/**
 * Runs value and pattern side by side: a row for each character.
 * It holds, for each j, whether the value so far can be what the first j tokens stand for.
 */
function rowAfter(tokens: readonly Token[], value: string): Uint8Array {
  let row = firstRow(tokens);
  for (let at = 0; at < value.length; at += 1) row = nextRow(row, tokens, value.charAt(at));
  return row;
}

/** Before any character only leading wildcards are behind us. */
function firstRow(tokens: readonly Token[]): Uint8Array {
  const row = new Uint8Array(tokens.length + 1);
  const literal = tokens.findIndex((token) => !isWildcard(token));
  return row.fill(1, 0, (literal === -1 ? tokens.length : literal) + 1);
}

/** `character` may be a wildcard of another pattern: what stands for anything is only taken by what takes anything. */
function nextRow(row: Uint8Array, tokens: readonly Token[], character: Token): Uint8Array {
  const next = new Uint8Array(row.length);
  tokens.forEach((token, j) => {
    if (!isWildcard(token)) next[j + 1] = row[j] === 1 && token === character ? 1 : 0;
    else next[j + 1] = next[j] === 1 || (row[j + 1] === 1 && (token === '**' || !hasSlash(character))) ? 1 : 0;
  });
  return next;
}

const hasSlash = (character: Token): boolean => character === '/' || character === '**';
export const isWildcard = (token: Token): boolean => token === '*' || token === '**';
