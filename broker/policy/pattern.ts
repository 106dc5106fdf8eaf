// The one pattern dialect of policies and offers: `*` is any run of characters but `/`, `**` any run at all, all else is literal.
// Anchored at both ends, and linear by construction: all that the value so far can be is kept in the bits of a few words, and each
// character is one step of them (Shift-And; Baeza-Yates and Gonnet, 1992), so that nothing is ever tried twice. Published glob
// libraries hang on patterns such as `*a*a*a*a*b`; this cannot.

import { firstInvisible } from '../../shared/invisible.ts';

export interface Pattern {
  /** as it was written */
  readonly text: string;
  readonly matches: (value: string) => boolean;
}

const MAX_PATTERN_LENGTH = 128;
const MAX_VALUE_LENGTH = 1024;

/** Why a text is not a pattern; undefined where it is one. */
export function patternProblem(text: string): string | undefined {
  if (text === '') return 'is empty: a pattern says what it allows, `**` is anything';
  const unseen = firstInvisible(text);
  if (unseen !== undefined) return `can match nothing that is meant: ${unseen.message}`;
  if (text.length > MAX_PATTERN_LENGTH) return `is longer than ${MAX_PATTERN_LENGTH} characters`;
  if (text.startsWith('!')) return 'has `!`: there is no negation, name what is allowed';
  // Wildcards of other dialects: taken literally they would match nothing that their author meant.
  const foreign = /[?[\]{}!()\\]/.exec(text);
  if (foreign !== null)
    return `has \`${foreign[0]}\`: the only wildcards are \`*\` (any run without /) and \`**\` (any run); write alternatives as a list`;
  return text.includes('***') ? 'has `***`: write `*` (any run without /) or `**` (any run)' : undefined;
}

interface PatternOptions {
  /** letters A–Z and a–z are equal, as in names that GitHub does not tell apart */
  readonly fold?: boolean | undefined;
}

export function compilePattern(text: string, options: PatternOptions = {}): Pattern {
  const patterns = compilePatterns([text], options);
  return { text, matches: (value) => matchesAny(patterns, value, options) };
}

/**
 * Patterns that are ready to be asked. There are hundreds of thousands of them, so the text of a pattern is all that is kept of it
 * where that says enough, and a list of such texts is kept as it came.
 */
export type Patterns = readonly (string | Stepped)[];

/** A pattern with more than a wildcard from its first to its last. */
interface Stepped {
  readonly head: string;
  readonly steps: Steps;
  readonly tail: string;
}

export function compilePatterns(texts: readonly string[], { fold = false }: PatternOptions = {}): Patterns {
  const patterns = texts.map((text) => steppedWhereNeeded(fold ? foldCase(text) : text));
  return patterns.every((one, at) => one === texts[at]) ? texts : patterns;
}

/** Whether a value matches one of them; under the options that they were compiled under. */
export function matchesAny(patterns: Patterns, value: string, { fold = false }: PatternOptions = {}): boolean {
  const given = fold ? foldCase(value) : value;
  return patterns.some((one) => (typeof one === 'string' ? matchesText(one, given) : matchesStepped(one, given)));
}

const mayMatch = (value: string): boolean => value.length <= MAX_VALUE_LENGTH;

/** Where the wildcards of a pattern begin and end; they begin nowhere (-1) where it has none. */
const wildPart = (pattern: string): readonly [from: number, to: number] => [
  pattern.indexOf('*'),
  pattern.lastIndexOf('*') + 1,
];

function steppedWhereNeeded(pattern: string): string | Stepped {
  const [from, to] = wildPart(pattern);
  const wild = pattern.slice(from, to);
  if (from === -1 || wild === '*' || wild === '**') return pattern;
  return { head: pattern.slice(0, from), steps: stepsOf(wild), tail: pattern.slice(to) };
}

/** Of a pattern with one wildcard at most, whose text says all that there is to know. */
function matchesText(pattern: string, value: string): boolean {
  const [from, to] = wildPart(pattern);
  if (from === -1) return value === pattern;
  const [head, tail] = [pattern.slice(0, from), pattern.slice(to)];
  return isBetween(head, tail, value) && (to - from > 1 || !between(head, tail, value).includes('/'));
}

const matchesStepped = ({ head, steps, tail }: Stepped, value: string): boolean =>
  isBetween(head, tail, value) && isAtEnd(steps, rowAfter(steps, between(head, tail, value)));

/** What stands before the first wildcard and behind the last is compared as it is. */
const isBetween = (head: string, tail: string, value: string): boolean =>
  mayMatch(value) && value.length >= head.length + tail.length && value.startsWith(head) && value.endsWith(tail);

const between = (head: string, tail: string, value: string): string =>
  value.slice(head.length, value.length - tail.length);

/** ASCII only: Unicode folding would take KELVIN SIGN for a `k`, and let a new environment pass for a protected one. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Bit j: the value so far can be what the first j tokens stand for. */
type Row = readonly number[];

/** What stands from the first wildcard of a pattern to its last, as the steps from row to row. */
interface Steps {
  /** each `**`, `*`, or one literal character */
  readonly tokens: number;
  readonly first: Row;
  /** by character: before which tokens one may stand, to get behind them with it; behind a wildcard a `*` gets anyway */
  readonly literals: ReadonlyMap<string, Row>;
  /** behind which wildcards one may stay with any character, and with a slash */
  readonly stays: Row;
  readonly staysAtSlash: Row;
  /** before which wildcards one stands: they may also stand for nothing */
  readonly passes: Row;
}

function stepsOf(text: string): Steps {
  // Wildcards that follow each other are one: that is how one pass over the row is enough to get behind them.
  const tokens = Array.from(text.matchAll(/\*{2,}|[\s\S]/gu), ([token]) => token);
  const rowOf = (...bits: number[]): Row => withBits(tokens.length, bits);
  const indexes = (is: (token: string) => boolean): number[] =>
    [...tokens.entries()].filter(([, token]) => is(token)).map(([j]) => j);
  const behind = (is: (token: string) => boolean): Row => rowOf(...indexes(is).map((j) => j + 1));
  return {
    tokens: tokens.length,
    // Behind the wildcard that it starts with.
    first: rowOf(1),
    literals: new Map([...new Set(tokens)].map((token) => [token, rowOf(...indexes((one) => one === token))])),
    stays: behind(isWildcard),
    staysAtSlash: behind((token) => isWildcard(token) && token !== '*'),
    passes: rowOf(...indexes(isWildcard)),
  };
}

function withBits(tokens: number, bits: readonly number[]): Row {
  const row = new Array<number>((tokens >>> 5) + 1).fill(0);
  for (const bit of bits) row[bit >>> 5] = (row[bit >>> 5] ?? 0) | (1 << (bit & 31));
  return row;
}

function rowAfter(steps: Steps, value: string): Row {
  let row = steps.first;
  for (const character of value) row = nextRow(steps, row, character);
  return row;
}

function nextRow({ literals, stays, staysAtSlash, passes }: Steps, row: Row, character: string): Row {
  const literal = literals.get(character);
  const stay = character === '/' ? staysAtSlash : stays;
  // What a shift takes out of one word at the top comes into the next at the bottom.
  let movedOut = 0;
  let passedOut = 0;
  return row.map((word, at) => {
    const moved = word & (literal?.[at] ?? 0);
    const reached = (moved << 1) | movedOut | (word & (stay[at] ?? 0));
    const passed = reached & (passes[at] ?? 0);
    const next = reached | (passed << 1) | passedOut;
    movedOut = moved >>> 31;
    passedOut = passed >>> 31;
    return next;
  });
}

const isAtEnd = ({ tokens }: Steps, row: Row): boolean => (((row[tokens >>> 5] ?? 0) >>> (tokens & 31)) & 1) === 1;

const isWildcard = (token: string): boolean => token.charAt(0) === '*';
