// Names that tell patterns apart: one for every set of the given patterns that some name matches, and no other patterns do.
// Found by reading all patterns side by side, so that nothing hangs on what somebody would think of trying.
import { type PatternRun, patternRun, type Row } from '../pattern-run.ts';

export interface NamePattern {
  readonly text: string;
  /** what the pattern has read before the name starts: `refs/heads/` for one of a full ref */
  readonly after?: string;
  /** letters A–Z and a–z are equal */
  readonly fold?: boolean;
}

export interface SampledNames {
  readonly names: readonly string[];
  /** false where there are more kinds of names than were looked for */
  readonly complete: boolean;
}

interface Options {
  /** what stands behind each name when the patterns have read it */
  readonly end?: string;
  /** only digits, without a leading zero */
  readonly numbers?: boolean;
}

/** Steps of single patterns; those of a real project need some thousands, and these take seconds. */
const MAX_STEPS = 400_000;

export function sampleNames(
  patterns: readonly NamePattern[],
  { end = '', numbers = false }: Options = {},
): SampledNames {
  /** by the patterns that they match */
  const names = new Map<string, string>();
  const queue: State[] = [{ name: '', alive: living(patterns.map(beginning)) }];
  const seen = new Set<string>();
  let steps = 0;
  for (const state of queue) {
    if (state.name !== '') note(names, state, end);
    const next = nextStates(state, numbers);
    steps += next.length * (1 + state.alive.length);
    if (steps > MAX_STEPS) return { names: [...names.values()], complete: false };
    for (const one of next) {
      const key = keyOf(one);
      if (!seen.has(key)) queue.push(one);
      seen.add(key);
    }
  }
  return { names: [...names.values()], complete: true };
}

/** A pattern that can still match, by its place among them, and how far it was read. */
type Reading = readonly [index: number, run: PatternRun, row: Row];

interface State {
  readonly name: string;
  /** what matches nothing any more is not read on: with a hundred names most are out after two letters */
  readonly alive: readonly Reading[];
}

function beginning({ text, after = '', fold = false }: NamePattern, index: number): Reading {
  const run = patternRun(text, { fold });
  return [index, run, readOn(run, run.start, after)];
}

const readOn = (run: PatternRun, row: Row, text: string): Row => [...text].reduce(run.step, row);

const living = (readings: readonly Reading[]): readonly Reading[] => readings.filter(([, , row]) => row.includes(1));

const nextStates = ({ name, alive }: State, numbers: boolean): readonly State[] =>
  nextCharacters({ name, alive }, numbers).map((character) => ({
    name: name + character,
    alive: living(alive.map(([index, run, row]) => [index, run, run.step(row, character)])),
  }));

/** A name that Git would not take, such as a//b, only where no better one does: whoever decides doesn't look at that. */
const UNTIDY = /^\/|\/\/|\/$/;
/** It stays so whatever follows. */
const SPOILT = /^\/|\/\//;

/** The first name that is found is the shortest. */
function note(names: Map<string, string>, { name, alive }: State, end: string): void {
  const matched = alive.flatMap(([index, run, row]) => (run.accepts(readOn(run, row, end)) ? [index] : []));
  const key = matched.join(' ');
  const known = names.get(key);
  if (known === undefined || (UNTIDY.test(known) && !UNTIDY.test(name))) names.set(key, name);
}

/** How far each pattern was read, and what the name can still become. */
function keyOf({ name, alive }: State): string {
  const read = alive.map(([index, , row]) => `${index}:${row.join()}`);
  return [SPOILT.test(name), name.endsWith('/'), ...read].join();
}

const DIGITS = [...'0123456789'];
const LETTERS = [...'xyzabcdefghijklmnopqrstuvw0123456789'];

/** The characters that some pattern waits for, a slash, and one that none waits for, which stands for all others. */
function nextCharacters({ name, alive }: State, numbers: boolean): readonly string[] {
  if (numbers) return name === '' ? DIGITS.slice(1) : DIGITS;
  const awaited = new Set(alive.flatMap(([, run, row]) => run.awaited(row)));
  const other = LETTERS.find((letter) => !awaited.has(letter)) ?? '\u4e00';
  return [other, ...awaited, '/'];
}
