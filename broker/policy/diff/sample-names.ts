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

/** States of all patterns together; policies of a real project have some hundreds. */
const MAX_STATES = 10_000;

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
const readOn = (run: PatternRun, row: Row, text: string): Row =>
  [...Array(text.length).keys()].reduce((at, index) => run.step(at, text.charAt(index)), row);

interface State {
  readonly name: string;
  readonly rows: readonly Row[];
}

function walk(
  runs: readonly Run[],
  options: Options,
  tidy: boolean,
): { names: ReadonlyMap<string, string>; complete: boolean } {
  const names = new Map<string, string>();
  const first: State = { name: '', rows: runs.map(({ begin }) => begin) };
  const seen = new Set([keyOf(first)]);
  const queue = [first];
  for (const state of queue) {
    if (isName(state, tidy)) note(names, state.name, matchesOf(runs, state.rows, options.end));
    if (seen.size > MAX_STATES) return { names, complete: false };
    const next = nextStates(runs, state, options.of).filter((one) => !seen.has(keyOf(one)));
    for (const one of next.filter(({ name }) => !tidy || isTidy(name))) {
      seen.add(keyOf(one));
      queue.push(one);
    }
  }
  return { names, complete: true };
}

const isName = ({ name }: State, tidy: boolean): boolean => name !== '' && !(tidy && name.endsWith('/'));
const isTidy = (name: string): boolean => name !== '/' && !name.endsWith('//');

function nextStates(runs: readonly Run[], state: State, of: Options['of']): readonly State[] {
  return nextCharacters(runs, state, of).map((character) => ({
    name: state.name + character,
    rows: runs.map((run, at) => stepped(run, state.rows[at], character)),
  }));
}

function note(names: Map<string, string>, name: string, matches: string): void {
  if (!names.has(matches)) names.set(matches, name);
}

const matchesOf = (runs: readonly Run[], rows: readonly Row[], end = ''): string =>
  runs.map((run, at) => (run.accepts(readOn(run, rows[at] ?? run.start, end)) ? '1' : '0')).join('');

/** What matches nothing any more is not read on: with a hundred names most are out after two letters. */
const stepped = (run: Run, row: Row = run.start, character: string): Row =>
  row.includes(1) ? run.step(row, character) : row;

/** Patterns that are still in play, and whether a slash came last. */
function keyOf({ name, rows }: State): string {
  const alive = rows.flatMap((row, at) => (row.includes(1) ? [`${at}:${row.join('')}`] : []));
  return `${name === '' ? '^' : name.endsWith('/') ? '/' : ''}${alive.join(' ')}`;
}

const LETTERS = [...'xyzabcdefghijklmnopqrstuvw0123456789'];
const DIGITS = [...'0123456789'];

/** The characters that some pattern waits for, a slash, and one that none waits for, which stands for all others. */
function nextCharacters(runs: readonly Run[], { name, rows }: State, of: Options['of']): readonly string[] {
  const awaited = new Set(runs.flatMap((run, at) => run.awaited(rows[at] ?? run.start)));
  if (of === 'number') {
    const digits = name === '' ? DIGITS.slice(1) : DIGITS;
    const other = digits.filter((digit) => !awaited.has(digit)).slice(-1);
    return [...other, ...digits.filter((digit) => awaited.has(digit))];
  }
  const other = LETTERS.find((letter) => !awaited.has(letter)) ?? '\u4e00';
  awaited.delete('/');
  return [other, ...awaited, '/'];
}
