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
  /** `number`: digits without a leading zero */
  readonly of?: 'name' | 'number';
}

/** Steps of single patterns; those of a real project need some thousands, and these take seconds. */
const MAX_STEPS = 400_000;
/** A file has at most a thousand patterns: more names come of patterns that cross each other. */
const MAX_NAMES = 2_000;

export function sampleNames(patterns: readonly NamePattern[], options: Options = {}): SampledNames {
  const runs = patterns.map(({ text, after = '', fold = false }) => started(patternRun(text, { fold }), after));
  const tidy = walk(runs, options, true);
  // Names that Git would not take, such as a//b, only where no better one does: whoever decides doesn't look at that.
  const any = walk(runs, options, false);
  const names = new Map([...any.names, ...tidy.names]);
  return { names: [...names.values()], complete: tidy.complete && any.complete };
}

type Run = PatternRun & { readonly begin: Row };

const started = (run: PatternRun, after: string): Run => ({ ...run, begin: readOn(run, run.start, after) });

function readOn(run: PatternRun, row: Row, text: string): Row {
  let now = row;
  for (let at = 0; at < text.length; at += 1) now = run.step(now, text.charAt(at));
  return now;
}

/** A pattern that can still match, by its place among them, and how far it was read. */
type Reading = readonly [index: number, run: Run, row: Row];

interface State {
  readonly name: string;
  /** what matches nothing any more is not read on: with a hundred names most are out after two letters */
  readonly alive: readonly Reading[];
}

interface Walked {
  /** by the patterns that they match */
  readonly names: ReadonlyMap<string, string>;
  readonly complete: boolean;
}

function walk(runs: readonly Run[], { end = '', of = 'name' }: Options, tidy: boolean): Walked {
  const names = new Map<string, string>();
  const first: State = { name: '', alive: living(runs.map((run, index) => [index, run, run.begin])) };
  const seen = new Set([keyOf(first)]);
  const queue = [first];
  let steps = 0;
  for (const state of queue) {
    if (isName(state, tidy)) note(names, state, end);
    const next = nextStates(state, of).filter(({ name }) => !tidy || isTidy(name));
    steps += next.length * (1 + state.alive.length);
    if (steps > MAX_STEPS || names.size > MAX_NAMES) return { names, complete: false };
    for (const one of next) {
      const key = keyOf(one);
      if (!seen.has(key)) queue.push(one);
      seen.add(key);
    }
  }
  return { names, complete: true };
}

const living = (readings: readonly Reading[]): readonly Reading[] => readings.filter(([, , row]) => row.includes(1));

const isName = ({ name }: State, tidy: boolean): boolean => name !== '' && !(tidy && name.endsWith('/'));
const isTidy = (name: string): boolean => name !== '/' && !name.endsWith('//');

function nextStates({ name, alive }: State, of: 'name' | 'number'): readonly State[] {
  return nextCharacters({ name, alive }, of).map((character) => ({
    name: name + character,
    alive: living(alive.map(([index, run, row]) => [index, run, run.step(row, character)])),
  }));
}

/** The first name that is found is the shortest. */
function note(names: Map<string, string>, { name, alive }: State, end: string): void {
  const matched = alive.flatMap(([index, run, row]) => (run.accepts(readOn(run, row, end)) ? [index] : []));
  const key = matched.join(' ');
  if (!names.has(key)) names.set(key, name);
}

/** How far each pattern was read, and whether a slash came last. */
function keyOf({ name, alive }: State): string {
  const read = alive.map(([index, , row]) => `${index}:${row.join('')}`);
  return `${name === '' ? '^' : name.endsWith('/') ? '/' : ''}${read.join(' ')}`;
}

const LETTERS = [...'xyzabcdefghijklmnopqrstuvw0123456789'];
const DIGITS = [...'0123456789'];

/** The characters that some pattern waits for, a slash, and one that none waits for, which stands for all others. */
function nextCharacters({ name, alive }: State, of: 'name' | 'number'): readonly string[] {
  const awaited = new Set(alive.flatMap(([, run, row]) => run.awaited(row)));
  if (of === 'number') {
    const digits = name === '' ? DIGITS.slice(1) : DIGITS;
    const other = digits.filter((digit) => !awaited.has(digit)).slice(-1);
    return [...other, ...digits.filter((digit) => awaited.has(digit))];
  }
  const other = LETTERS.find((letter) => !awaited.has(letter)) ?? '\u4e00';
  awaited.delete('/');
  return [other, ...awaited, '/'];
}
