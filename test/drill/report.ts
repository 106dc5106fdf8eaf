// The table at the end of a drill, and whether anything in it may not be.
import type { Drilled } from './drill.ts';

interface Line {
  readonly what: string;
  readonly count: number | string;
  /** a number that must be nought */
  readonly nought?: boolean;
}

function linesOf(drilled: Drilled): Line[] {
  const { jobs, entries, recoveries } = drilled;
  const handed = [...jobs.handed.values()].reduce((sum, tokens) => sum + tokens.size, 0);
  const ofType = (type: string): number => entries.filter((entry) => entry.type === type).length;
  return [
    { what: 'kills', count: drilled.kills },
    { what: 'asks of jobs, and tries', count: `${jobs.asks}, ${jobs.tries}` },
    { what: 'credentials handed out', count: handed },
    { what: 'handed out again to the same ask', count: ofType('issuance.redelivered') },
    { what: 'asks that ended as spent', count: jobs.spent },
    { what: 'issuances unknown, withheld', count: `${ofType('issuance.unknown')}, ${ofType('issuance.withheld')}` },
    { what: 'leases given back, revoked', count: `${ofType('lease.returned')}, ${ofType('lease.revoked')}` },
    { what: 'entries in the log', count: entries.length },
    { what: 'time to recover: median, longest', count: `${at(recoveries, 0.5)} ms, ${at(recoveries, 1)} ms` },
    { what: 'handed out unlogged', count: drilled.unlogged, nought: true },
    { what: 'issued twice', count: drilled.twice, nought: true },
    { what: 'asks lost', count: jobs.lost, nought: true },
    { what: 'adrift at the other system', count: drilled.adrift, nought: true },
    { what: 'confirmed returns forgotten', count: drilled.returnsForgotten, nought: true },
    { what: 'starts refused, or ended by itself', count: drilled.ended.length, nought: true },
    { what: 'findings of the verifier and the books', count: drilled.problems.length, nought: true },
  ];
}

export const passed = (drilled: Drilled): boolean =>
  linesOf(drilled).every(({ count, nought }) => nought !== true || count === 0);

export function report(drilled: Drilled): string {
  const rows = linesOf(drilled).map(
    ({ what, count, nought }) => `| ${what} | ${count}${nought ? ' (must be 0)' : ''} |`,
  );
  const details = [...drilled.problems, ...drilled.ended].slice(0, 20).map((problem) => `- ${problem}`);
  return ['| | |', '|---|---|', ...rows, ...details].join('\n');
}

/** The value below which that share of them lies, rounded. */
function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
}
