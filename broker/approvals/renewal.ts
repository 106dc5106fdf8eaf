// What a job may renew within one approval: it had a credential on it, so that people agreed to exactly this, and its session is
// not over. Whether the policy still permits it is decided anew each time, before this is asked.
import type { Approved } from '../model.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { Transaction } from '../store/store.ts';

export type Renewal = NonNullable<Approved['renewal']>;

/** Undefined where the job renews nothing on this approval. The time to collect may be over, and all issuances spent. */
export async function renewalOn(
  tx: Transaction,
  row: ApprovalRow,
  { session, jobKey }: { session: number | undefined; jobKey: string },
): Promise<Renewal | undefined> {
  if (session === undefined || !STANDS[row.state]) return undefined;
  const of = { approvalId: row.id, jobKey };
  const first = await tx.renewals.firstOn(of);
  // Whoever ended what a job had did not mean it to have the same again a moment later.
  if (first === undefined || (await tx.renewals.wasEndedOn(of)) || (await isEndingOn(tx, of))) return undefined;
  const until = Math.min(first.issued_at + session * 1000, await incidentEnd(tx, row));
  return tx.now < until ? { renews: first.request_id, until } : undefined;
}

async function isEndingOn(tx: Transaction, of: { approvalId: string; jobKey: string }): Promise<boolean> {
  for (const id of await tx.renewals.liveOn(of)) if (await tx.revocations.isEnding(id)) return true;
  return false;
}

const STANDS: Readonly<Partial<Record<ApprovalRow['state'], true>>> = { approved: true, invoked: true };

/** Nothing that was invoked is renewed beyond its incident. */
async function incidentEnd(tx: Transaction, { id, state }: ApprovalRow): Promise<number> {
  if (state !== 'invoked') return Number.POSITIVE_INFINITY;
  const invocation = await tx.incidents.invocationOn(id);
  const incident = invocation && (await tx.incidents.find(invocation.incident_id));
  // Without its incident nothing says how long it lasts.
  return incident?.ends_at ?? 0;
}
