// What a verdict and an invocation have in common: only what is still to be decided, exactly as its reader was shown it, for a
// job that waits; and one winner in every race.
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, isOpen } from './approval.ts';
import { readApproval } from './approval-desk.ts';
import type { Waiting } from './waiting.ts';

export interface DecidingDeps
  extends Pick<ExchangeDeps, 'store' | 'append' | 'policies' | 'entropy' | 'noticeChannels'> {
  readonly waiting: Waiting;
}

/** @throws BrokerError where it is gone, over, decided, or no longer what its reader was shown */
export async function undecided(
  deps: DecidingDeps,
  tx: Transaction,
  { requestId, binding }: { requestId: string; binding: string },
): Promise<Approval> {
  const row = await tx.approvals.ofRequest(requestId);
  if (row === undefined) throw refused('NOT_FOUND', 'There is no such request to decide.');
  refuseEnded(row, tx.now);
  const approval = await readApproval(tx, row, await deps.policies(tx));
  if (approval !== undefined && row.binding === binding) return approval;
  throw refused(
    'APPROVAL_CHANGED',
    'What is asked is no longer what you were shown: look at it again before you decide.',
  );
}

function refuseEnded(row: ApprovalRow, now: Millis): void {
  if (row.state === 'expired' || (row.state === 'pending' && !isOpen(row, now)))
    throw refused(
      'APPROVAL_EXPIRED',
      'The time to decide is over. Where it is still needed, the job has to ask again.',
    );
  if (row.state !== 'pending')
    throw refused('APPROVAL_DECIDED', `This is ${row.state} already: nothing is left to decide.`);
}

/** @throws BrokerError JOB_GONE where nobody would collect */
export async function refuseWithoutJob({ waiting }: DecidingDeps, tx: Transaction, row: ApprovalRow): Promise<void> {
  if (await jobWaits(waiting, tx, row.id)) return;
  throw refused('JOB_GONE', 'The job that asked is not waiting any more: it would not collect. Start it again.');
}

/** Whether a job is there that waits for this approval. */
export async function jobWaits(waiting: Waiting, tx: Transaction, approvalId: string): Promise<boolean> {
  const requests = await tx.approvals.requestsOf(approvalId);
  return requests.some(({ id, state }) => state === 'pending' && waiting.isHere(id));
}

/** Decides for every request that waits for it; returns them. Whoever comes second is refused. */
export async function settle(
  tx: Transaction,
  row: ApprovalRow,
  { state, ends }: { state: 'approved' | 'invoked' | 'rejected'; ends: Millis },
): Promise<readonly string[]> {
  if (!(await tx.approvals.move(row.id, 'pending', { state, at: tx.now, expiresAt: ends })))
    throw refused('APPROVAL_DECIDED', 'Somebody else was quicker: this is decided already.');
  const moved: string[] = [];
  // Whoever agreed, the job collects.
  const to = state === 'rejected' ? 'rejected' : 'approved';
  for (const { id } of await tx.approvals.requestsOf(row.id))
    if (await tx.requests.move(id, { from: 'pending', to, at: tx.now })) moved.push(id);
  return moved;
}

export const refused = (code: ErrorCode, message: string): BrokerError => new BrokerError(code, message);
