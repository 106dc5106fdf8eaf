// What a drill leaves, counted from the four books that there are: the jobs', the other system's, the store's rows and its log.
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { verifyStore } from '../../broker/log/verify-store.ts';
import { openSqliteReader } from '../../broker/store/sqlite.ts';
import { parseAnchor } from '../../shared/anchor.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import { problemsInBooks } from '../support/check-books.ts';
import type { Jobs } from './drilled-jobs.ts';
import type { OtherSystem } from './other-system.ts';

export interface Remains {
  readonly storePath: string;
  readonly anchor: string;
  readonly verifier: NoteVerifier;
  readonly jobs: Jobs;
  readonly otherSystem: OtherSystem;
}

type Entry = Readonly<Record<string, unknown>> & { readonly type: string; readonly index: number };
type Row = Readonly<Record<string, unknown>>;

export interface Findings {
  readonly entries: readonly Entry[];
  /** handed out without an entry */
  readonly unlogged: number;
  /** asks that got two credentials, and issuances that the other system was asked for twice */
  readonly twice: number;
  /** made by the other system, and neither in a job's hands nor revoked nor on record as unknown */
  readonly adrift: number;
  /** returns that were confirmed, and are not on record */
  readonly returnsForgotten: number;
  /** sentences, from the verifier and from the comparison of rows with entries */
  readonly problems: readonly string[];
}

export async function findingsOf(remains: Remains): Promise<Findings> {
  const { jobs, otherSystem } = remains;
  const database = new DatabaseSync(remains.storePath, { readOnly: true });
  const rows = (sql: string): readonly Row[] => database.prepare(sql).all();
  const { entries, problems } = await readLog(remains);
  const handed = [...jobs.handed.values()].flatMap((tokens) => [...tokens]);
  const logged = new Set(entries.map((entry) => entry['fingerprint']));
  const returned = new Set(rows(`SELECT id FROM leases WHERE state != 'live'`).map(({ id }) => id));
  const findings = {
    entries,
    unlogged: handed.filter((token) => !logged.has(fingerprint(token))).length,
    twice: [...jobs.handed.values()].filter(({ size }) => size > 1).length + otherSystem.askedTwice.length,
    adrift: adriftIn(otherSystem, new Set(handed), rows),
    returnsForgotten: [...jobs.returned].filter((id) => !returned.has(id)).length,
    problems: [...problems, ...problemsInBooks({ entries, rows, now: Date.now() }), ...jobs.problems],
  };
  database.close();
  return findings;
}

/** The whole log, verified against the anchor and against the newest receipt that a job has. */
async function readLog({
  storePath,
  anchor,
  verifier,
  jobs,
}: Remains): Promise<Pick<Findings, 'entries' | 'problems'>> {
  const kept = [parseAnchor(anchor).head, jobs.newestReceipt?.head].flatMap((head) =>
    head === undefined ? [] : [head],
  );
  const earlier = kept.map((head) => ({ what: 'what somebody kept', ...head }));
  const reader = openSqliteReader({ path: storePath, clock: { now: () => Date.now() } });
  const read = await reader.read(async (tx) => {
    const { problems, size } = await verifyStore(tx, { verifiers: [verifier], earlier });
    const leaves = await tx.log.entries({ start: 0, end: size });
    return { problems, entries: leaves.map((row) => ({ index: row.entry_index, ...JSON.parse(row.leaf) })) };
  });
  await reader.close();
  return read;
}

function adriftIn(
  { issued, revoked }: OtherSystem,
  handed: ReadonlySet<string>,
  rows: (sql: string) => readonly Row[],
): number {
  // Which it is of these, nobody can know of an outcome that is unknown; that it is unknown is on record.
  const unknown = new Set(rows(`SELECT id FROM issuances WHERE state = 'unknown'`).map(({ id }) => id));
  const going = new Set(
    rows('SELECT issuance_id FROM leases WHERE id IN (SELECT payload FROM outbox)').map((row) => row['issuance_id']),
  );
  // Issued on record, with a job that stopped asking before it had the answer: it dies by itself.
  const live = new Set(rows(`SELECT issuance_id FROM leases WHERE state = 'live'`).map((row) => row['issuance_id']));
  return [...issued].filter(
    ([id, token]) => !handed.has(token) && !revoked.has(token) && !unknown.has(id) && !going.has(id) && !live.has(id),
  ).length;
}

const fingerprint = (token: string): string => createHash('sha256').update(token).digest('hex');
