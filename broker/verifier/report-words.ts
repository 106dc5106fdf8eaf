// A report in words for people, or as JSON for programs: what was checked, against what, and the first thing that is wrong.
import type { KeyReport } from './key-chain.ts';
import type { LogSource } from './log-source.ts';
import type { Trust } from './trust.ts';
import type { LogReport } from './verify-log.ts';

export interface Verified {
  readonly report: LogReport;
  readonly trust: Trust;
  readonly checked: string;
}

const SCOPES: Readonly<Record<LogSource['has'], string>> = {
  everything:
    'entries, personal fields, tiles, checkpoints, and the rows of requests, grants, issuances, leases, policies and keys',
  hashes: 'tiles and checkpoint; entries are not public and were not checked',
};

export const scopeOf = ({ has }: Pick<LogSource, 'has'>): string => SCOPES[has];

export function reportWords({ report, trust, checked }: Verified): string {
  const { size, checkpoints, rows, root, keys, problems, notes } = report;
  return [
    ...(trust.pinned ? [] : ['key not pinned: this shows consistency only']),
    ...trust.earlier.map((earlier) => `compared with ${earlier.what}, which covers ${earlier.size} entries`),
    `checked ${checked}`,
    ...(keys.length > 1 ? keys.map(keyWords) : []),
    ...notes.map((note) => `note: ${note}`),
    problems.length === 0
      ? `The log holds: ${size} entries, ${checkpoints} checkpoints, ${rows} rows, root ${root}`
      : `The log does not hold:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
  ].join('\n');
}

/** Of a log that had several. */
const keyWords = ({ key, state, first, last }: KeyReport): string =>
  `key ${key} (${state}): ${first === null ? 'signed nothing' : `signed the checkpoints of ${first} to ${last} entries`}`;

export function reportJson({ report, trust, checked }: Verified): string {
  const compared = trust.earlier.map(({ what, size }) => ({ what, size }));
  const holds = report.problems.length === 0;
  return JSON.stringify({ holds, ...report, key_pinned: trust.pinned, checked, compared_with: compared }, null, 2);
}
