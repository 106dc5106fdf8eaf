// Compares the rows that are kept beside the log with what its entries come to, column by column: no row without an entry,
// no entry without its row.

import { KEPT_TABLES, type KeptRow, type KeptTable } from '../../shared/kept-rows.ts';
import { policySetDigest, requestDetails, textDigest } from '../../shared/log-digests.ts';
import type { LogSource } from './log-source.ts';
import type { ExpectedRow, ExpectedRows } from './story.ts';

export interface Comparing {
  readonly expected: ExpectedRows;
  /** whether the row of this request is to be compared now */
  readonly isOurs: (requestId: string) => boolean;
  readonly report: (problem: string) => void;
}

/**
 * Returns how many were compared.
 * @throws Unreadable where the rows cannot be read as rows of their table
 */
export async function compareRows(
  source: LogSource,
  tables: readonly KeptTable[],
  comparing: Comparing,
): Promise<number> {
  const jobKeys = new Map<string, string>();
  let compared = 0;
  // A row of no request is of the part that nothing is of.
  for (const table of tables.filter((one) => isOfRequests(one) || comparing.isOurs(''))) {
    for await (const page of source.rows(table)) {
      const ours = page.filter((row) => comparing.isOurs(requestOf(table, row)));
      for (const row of ours) compareRow(row, { table, jobKeys, comparing });
      compared += ours.length;
    }
    for (const [id, { by }] of comparing.expected[table])
      comparing.report(`the row of the ${NOUNS[table]} ${id} is missing, and entry ${by} speaks of it`);
  }
  return compared;
}

interface Place {
  readonly table: KeptTable;
  /** of the requests met so far, by their ids */
  readonly jobKeys: Map<string, string>;
  readonly comparing: Comparing;
}

/** What was compared is taken off what is expected: what is left in the end has no row. */
function compareRow(row: KeptRow, { table, jobKeys, comparing }: Place): void {
  const id = idOf(table, row);
  const expected = comparing.expected[table].get(id);
  const problem = expected === undefined ? NO_ENTRY : rowProblem({ table, row, expected, jobKeys });
  if (problem !== undefined) comparing.report(`the row of the ${NOUNS[table]} ${id} ${problem}`);
  comparing.expected[table].delete(id);
  if (table === 'requests') jobKeys.set(id, String(row['job_key']));
}

/** Compared with the part of the log that tells of their request; every other table with the first part. */
const OF_REQUESTS: readonly KeptTable[] = ['requests', 'grants', 'issuances', 'leases'];
const isOfRequests = (table: KeptTable): boolean => OF_REQUESTS.includes(table);

const requestOf = (table: KeptTable, row: KeptRow): string =>
  isOfRequests(table) ? String(row[table === 'requests' ? 'id' : 'request_id'] ?? '') : '';

const NO_ENTRY = 'is there, and no entry speaks of it';

const NOUNS: Readonly<Record<KeptTable, string>> = {
  signing_keys: 'signing key',
  policy_documents: 'policy document',
  policy_sets: 'policy set',
  policy_in_force: 'policy in force',
  suspensions: 'pause',
  revocations: 'order of revocation',
  requests: 'request',
  approvals: 'approval',
  verdicts: 'verdict',
  approval_requests: 'use of an approval by',
  incidents: 'incident',
  invocations: 'invocation',
  grants: 'grant',
  issuances: 'issuance',
  leases: 'lease',
};

const idOf = (table: KeptTable, row: KeptRow): string =>
  KEPT_TABLES[table].columns
    .slice(0, KEPT_TABLES[table].key)
    .map((column) => row[column])
    .join(' ');

interface Pair {
  readonly table: KeptTable;
  readonly row: KeptRow;
  readonly expected: ExpectedRow;
  readonly jobKeys: ReadonlyMap<string, string>;
}

function rowProblem(pair: Pair): string | undefined {
  const { table, row, expected } = pair;
  const { by, values } = expected;
  const differing = Object.keys(values).find((name) => values[name] !== row[name] && !isCounted(row, name, expected));
  if (differing !== undefined)
    return `says ${differing} is ${shown(row[differing])}, and the log says ${shown(values[differing])} (entry ${by})`;
  return OTHER_CHECKS[table]?.(pair);
}

/** What else must hold of a row of its table, in the words of what does not. */
const OTHER_CHECKS: Readonly<Partial<Record<KeptTable, (pair: Pair) => string | undefined>>> = {
  requests: ({ row, expected }) => repeatsProblem(row) ?? detailsProblem(row, expected),
  policy_documents: ({ row }) =>
    textDigest(String(row['text'])) === row['digest'] ? undefined : 'has another text than the one with its digest',
  policy_sets: ({ row }) => (isSet(row) ? undefined : 'lists other documents than those with its digest'),
  leases: ({ row, jobKeys }) =>
    row['job_key'] === jobKeys.get(String(row['request_id'])) ? undefined : 'names another job than its request',
};

/** Equal refusals are counted on the row and not in the log: then `updated_at` is that of the last of them. */
function isCounted(row: KeptRow, name: string, { values }: ExpectedRow): boolean {
  const counted = name === 'updated_at' && values['state'] === 'denied' && Number(row['repeats']) > 0;
  return counted && Number(row[name]) >= Number(values[name]);
}

function repeatsProblem({ state, repeats }: KeptRow): string | undefined {
  const possible = Number.isSafeInteger(repeats) && (repeats === 0 || (state === 'denied' && Number(repeats) > 0));
  return possible ? undefined : `says it was repeated ${shown(repeats)} times, and only a refusal is counted`;
}

function detailsProblem(row: KeptRow, { details, by }: ExpectedRow): string | undefined {
  if (details === undefined) return undefined;
  const text = (name: string): string => String(row[name]);
  const kept = requestDetails({
    origin: text('origin'),
    requester: row['requester'] === null ? null : text('requester'),
    job_key: text('job_key'),
    parameters: text('parameters'),
    decision: text('decision'),
    subject: text('subject'),
  });
  return kept === details
    ? undefined
    : `is not the one that was decided on (entry ${by}): its requester, job, parameters, reasons or claims were changed`;
}

function isSet({ digest, members }: KeptRow): boolean {
  try {
    const listed = JSON.parse(String(members)) as { file: string; digest: string }[];
    const plain = listed.map((member) => ({ file: member.file, digest: member.digest }));
    const inOrder = plain.every(({ file }, at) => at === 0 || (plain[at - 1]?.file ?? '') < file);
    return inOrder && JSON.stringify(plain) === members && policySetDigest(plain) === digest;
  } catch {
    return false;
  }
}

const LONGEST_SHOWN = 100;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not there';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
