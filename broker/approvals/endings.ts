// How an approval ends without a verdict: its time is over, what was asked is no longer what is allowed, or nobody waits for it.
// Each is an entry that names every request whose state it changes.
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow, RequestState } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { IS_OPEN } from './approval.ts';
import { tellExpired } from './tell.ts';

export type EndingDeps = Pick<ExchangeDeps, 'append' | 'entropy' | 'noticeChannels'>;

/** Who took a request back. */
export type Withdrawer = 'job' | 'requester' | 'newer-request';

/** That nobody decided in time, or why what was asked is no longer what is allowed. */
export type Ending = { readonly state: 'expired' } | { readonly state: 'void'; readonly because: string };

/** Ends an approval for all its requests; returns those that it ended, none where somebody was quicker. */
export async function endApproval(
  deps: EndingDeps,
  tx: Transaction,
  { row, ...ending }: { readonly row: ApprovalRow } & Ending,
): Promise<readonly string[]> {
  const { state } = ending;
  if (!(await tx.approvals.move(row.id, row.state, { state, at: tx.now, expiresAt: row.expires_at }))) return [];
  const requests = await moveRequests(tx, row, state);
  const fields = { ...namesOf(row), approval_id: row.id, requests: [...requests] };
  if (ending.state === 'expired') {
    await deps.append(tx, { type: 'approval.expired', fields });
    await tellExpired(deps, tx, row);
  } else await deps.append(tx, { type: 'approval.void', fields: { ...fields, because: ending.because } });
  return requests;
}

/** Takes one request back; its approval ends with the last that waits for it. */
export async function withdraw(
  deps: EndingDeps,
  tx: Transaction,
  { request, by }: { request: RequestRow; by: Withdrawer },
): Promise<boolean> {
  const { id, project, entitlement } = request;
  if (!(await leaveOpen(tx, request, 'withdrawn'))) return false;
  const approval = await tx.approvals.ofRequest(id);
  const ended = approval !== undefined && (await endUnlessWaitedFor(tx, approval, 'withdrawn'));
  await deps.append(tx, {
    type: 'request.withdrawn',
    fields: { request_id: id, project, entitlement, approval_id: approval?.id ?? '', by, approval_ended: ended },
  });
  return true;
}

/** Ends what a request waited for that was decided otherwise, unless another request waits for it too. */
export async function abandon(deps: EndingDeps, tx: Transaction, request: RequestRow): Promise<void> {
  const row = await tx.approvals.ofRequest(request.id);
  if (row === undefined || !(await endUnlessWaitedFor(tx, row, 'void'))) return;
  const because = 'the request that it was for was decided without it';
  await deps.append(tx, {
    type: 'approval.void',
    fields: { ...namesOf(row), approval_id: row.id, requests: [], because },
  });
}

/** Moves every request that waits for an approval or may collect on it, and says which. */
async function moveRequests(tx: Transaction, row: ApprovalRow, to: RequestState): Promise<readonly string[]> {
  const moved: string[] = [];
  for (const request of await tx.approvals.requestsOf(row.id))
    if (await leaveOpen(tx, request, to)) moved.push(request.id);
  return moved;
}

async function leaveOpen(tx: Transaction, { id, state }: RequestRow, to: RequestState): Promise<boolean> {
  if (state !== 'pending' && state !== 'approved') return false;
  return tx.requests.move(id, { from: state, to, at: tx.now });
}

async function endUnlessWaitedFor(tx: Transaction, row: ApprovalRow, state: 'withdrawn' | 'void'): Promise<boolean> {
  // What was spent was an approval to the end, whatever becomes of it afterwards.
  if (!IS_OPEN[row.state] || row.used > 0) return false;
  const others = await tx.approvals.requestsOf(row.id);
  if (others.some((one) => one.state === 'pending' || one.state === 'approved')) return false;
  return tx.approvals.move(row.id, row.state, { state, at: tx.now, expiresAt: row.expires_at });
}

const namesOf = ({ request_id, project, entitlement }: ApprovalRow) => ({ request_id, project, entitlement });
