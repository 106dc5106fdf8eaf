// What the pages show, read from the store in one consistent state: requests with their lease and their log entries.
import type { Millis } from '../../clock.ts';
import type { Subject } from '../../model.ts';
import type { Refusal } from '../../requests/decided.ts';
import type { GrantRow } from '../../store/grants.ts';
import type { LeaseRow } from '../../store/leases.ts';
import type { RequestRow } from '../../store/requests.ts';
import type { Transaction } from '../../store/store.ts';
import { type LogEntry, readEntry } from './log-entry.ts';

export interface RequestView {
  readonly id: string;
  /** `project/entitlement` */
  readonly scope: string;
  readonly state: RequestRow['state'];
  readonly subject: Subject;
  readonly policyDigest: string;
  readonly asked: { readonly ttl: number | null; readonly reason: string | null; readonly ticket: string | null };
  /** why not; only of a request that is `denied` */
  readonly refusal: Refusal | undefined;
  readonly repeats: number;
  readonly grant: GrantRow | undefined;
  readonly lease: LeaseRow | undefined;
  readonly entries: readonly LogEntry[];
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
}

export interface Overview {
  /** newest first */
  readonly requests: readonly RequestView[];
  readonly moreRequests: boolean;
  /** newest first */
  readonly entries: readonly LogEntry[];
  readonly logSize: number;
}

const REQUESTS_SHOWN = 50;
const ENTRIES_SHOWN = 50;

export async function readOverview(tx: Transaction): Promise<Overview> {
  const rows = await tx.requests.latest(REQUESTS_SHOWN + 1);
  const { size } = await tx.log.head();
  const entries = await tx.log.entries({ start: Math.max(0, size - ENTRIES_SHOWN), end: size });
  const requests: RequestView[] = [];
  // One after the other: a transaction has one connection.
  for (const row of rows.slice(0, REQUESTS_SHOWN)) requests.push(await viewOf(tx, row));
  return {
    requests,
    moreRequests: rows.length > REQUESTS_SHOWN,
    entries: entries.map(readEntry).reverse(),
    logSize: size,
  };
}

export async function readRequest(tx: Transaction, id: string): Promise<RequestView | undefined> {
  const row = await tx.requests.find(id);
  return row === undefined ? undefined : viewOf(tx, row);
}

async function viewOf(tx: Transaction, row: RequestRow): Promise<RequestView> {
  const [ttl, reason, ticket] = JSON.parse(row.parameters) as [number | null, string | null, string | null];
  const entries = await tx.log.entriesOfRequest(row.id);
  return {
    id: row.id,
    scope: `${row.project}/${row.entitlement}`,
    state: row.state,
    subject: JSON.parse(row.subject) as Subject,
    policyDigest: row.policy_digest,
    asked: { ttl, reason, ticket },
    refusal: row.state === 'denied' ? (JSON.parse(row.decision) as Refusal) : undefined,
    repeats: row.repeats,
    grant: await tx.grants.latestOf(row.id),
    lease: await tx.leases.ofRequest(row.id),
    entries: entries.map(readEntry),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
