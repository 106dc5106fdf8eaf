// What a run of Stryker means: which mutants no test noticed, and whether each of them is on the list of those that nobody can
// notice, with the reason. The list is held to the code both ways: a line whose mutant is gone, or is noticed now, must go too.

interface Position {
  readonly line: number;
  readonly column: number;
}

interface ReportedMutant {
  readonly status: string;
  readonly replacement: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** The part that is read of https://github.com/stryker-mutator/mutation-testing-elements, "mutation testing report". */
export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly ReportedMutant[] }>>;
}

/** One change of the code: in which line, what was there, what stood there instead. */
export interface Mutant {
  readonly line: string;
  readonly from: string;
  readonly to: string;
}

/** By file: mutants that change nothing anybody can see, and why. */
export type Equivalents = Readonly<
  Record<string, readonly { readonly reason: string; readonly mutants: readonly Mutant[] }[]>
>;

export interface Judgement {
  /** noticed by no test, and not listed */
  readonly survivors: readonly string[];
  /** listed, and noticed or gone */
  readonly stale: readonly string[];
  readonly figures: Figures;
}

export interface Figures {
  readonly mutants: number;
  readonly killed: number;
  readonly 'timed out': number;
  readonly 'not covered': number;
  readonly survived: number;
  /** of the two before: changes that nobody can see */
  readonly equivalent: number;
}

export function judge(report: Report, equivalents: Equivalents): Judgement {
  const judged = Object.entries(report.files).map(([file, { source, mutants }]) => {
    const listed = (equivalents[file] ?? []).flatMap((entry) => entry.mutants.map(textOf));
    const alive = mutants.filter(isAlive).map((one) => textOf(mutantOf(source, one)));
    return {
      survivors: without(alive, listed).map((text) => `${file}: ${text}`),
      stale: without(listed, alive).map((text) => `${file}: ${text}`),
      equivalent: alive.length - without(alive, listed).length,
    };
  });
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants);
  const count = (...statuses: string[]): number => all.filter(({ status }) => statuses.includes(status)).length;
  return {
    survivors: judged.flatMap(({ survivors }) => survivors),
    stale: judged.flatMap(({ stale }) => stale),
    figures: {
      mutants: all.length - count('Ignored'),
      // A module that can no longer be loaded fails every test.
      killed: count('Killed', 'RuntimeError'),
      'timed out': count('Timeout'),
      'not covered': count('NoCoverage'),
      survived: count('Survived'),
      equivalent: judged.reduce((sum, { equivalent }) => sum + equivalent, 0),
    },
  };
}

export const isAlive = ({ status }: ReportedMutant): boolean => status === 'Survived' || status === 'NoCoverage';

/** As the list has it, ready to be pasted there. */
const textOf = ({ line, from, to }: Mutant): string => JSON.stringify({ line, from, to });

/** The first list without the second, one for one: a line may hold the same text twice. */
function without(all: readonly string[], taken: readonly string[]): readonly string[] {
  const rest = [...taken];
  return all.filter((one) => {
    const at = rest.indexOf(one);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

function mutantOf(source: string, { location: { start, end }, replacement }: ReportedMutant): Mutant {
  const lines = source.split('\n');
  const within = lines.slice(start.line - 1, end.line);
  const from = within
    .map((line, at) =>
      line.slice(at === 0 ? start.column - 1 : 0, at === within.length - 1 ? end.column - 1 : undefined),
    )
    .join('\n');
  return { line: (lines[start.line - 1] ?? '').trim(), from: onOneLine(from), to: onOneLine(replacement) };
}

const SHOWN = 160;

function onOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN)}…`;
}
