// One person's verdict on what a job asked: bound to exactly what they saw, one winner in every race, on record with their reason.
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeDeps } from '../exchange.ts';
import { isoTime } from '../log/entry.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, afterVerdict, endAfterVerdict, isOpen, type Verdict } from './approval.ts';
import { readApproval } from './approval-desk.ts';
import { type Approver, teamFor } from './approvers.ts';
import { tellDecided } from './tell.ts';
import type { Waiting } from './waiting.ts';

export interface VerdictDeps
  extends Pick<ExchangeDeps, 'store' | 'append' | 'policies' | 'entropy' | 'noticeChannels'> {
  readonly waiting: Waiting;
}

export interface Cast {
  readonly approver: Approver;
  readonly requestId: string;
  readonly verdict: Verdict;
  readonly reason: string | undefined;
  /** the digest of what this person was shown */
  readonly binding: string;
}

/**
 * Puts a verdict on record, and lets the jobs that wait for it go on.
 * @throws BrokerError that says why not, and what to do: nothing is changed then
 */
export async function castVerdict(deps: VerdictDeps, cast: Cast): Promise<void> {
  const ended = await deps.store.commit((tx) => decideOn(deps, tx, cast));
  deps.waiting.announce(ended);
}

async function decideOn(deps: VerdictDeps, tx: Transaction, cast: Cast): Promise<readonly string[]> {
  const request = await tx.requests.find(cast.requestId);
  const row = await tx.approvals.ofRequest(cast.requestId);
  if (request === undefined || row === undefined) throw refused('NOT_FOUND', 'There is no such request to decide.');
  refuseEnded(row, tx.now);
  const approval = await readApproval(tx, row, await deps.policies(tx));
  if (approval === undefined || row.binding !== cast.binding)
    throw refused(
      'APPROVAL_CHANGED',
      'What is asked is no longer what you were shown: look at it again before you decide.',
    );
  const may = teamFor(approval, cast.approver);
  if ('code' in may) throw refused(may.code, may.message);
  const waits = (await tx.approvals.requestsOf(row.id)).some(
    ({ id, state }) => state === 'pending' && deps.waiting.isHere(id),
  );
  if (!waits && cast.verdict === 'approve')
    throw refused(
      'JOB_GONE',
      'The job that asked is not waiting any more: it would not collect what you approve. Start it again.',
    );
  return record(deps, tx, { cast, approval, team: may.team });
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

interface Recording {
  readonly cast: Cast;
  readonly approval: Approval;
  readonly team: string;
}

async function record(deps: VerdictDeps, tx: Transaction, recording: Recording): Promise<readonly string[]> {
  const { cast, approval, team } = recording;
  const { approver, verdict } = cast;
  const { row } = approval;
  const given = { approval_id: row.id, principal: approver.principal, verdict, at: tx.now };
  if (!(await tx.approvals.addVerdict(given)))
    throw refused('APPROVAL_DECIDED', 'You have given your verdict on this already.');
  const state = afterVerdict(approval, verdict);
  const ends = state === 'approved' ? endAfterVerdict(approval, tx.now) : row.expires_at;
  const requests = state === 'pending' ? [] : await settle(tx, row, { state, ends });
  const { project, entitlement, request_id: requestId } = row;
  await deps.append(tx, {
    type: 'approval.verdict',
    fields: {
      ...{
        request_id: requestId,
        project,
        entitlement,
        approval_id: row.id,
        binding: row.binding,
        requests: [...requests],
      },
      ...{ verdict, approver: approver.principal, team, step_up: approver.stepUp ?? 'none' },
      ...{ self: approval.askers.includes(approver.principal), approval: state, expires_at: isoTime(ends) },
    },
    personal: { approver_identity: approver.identity, approver_name: approver.name, reason: cast.reason },
  });
  if (state !== 'pending') await tellDecided(deps, tx, { row, decision: state });
  return requests;
}

async function settle(
  tx: Transaction,
  row: ApprovalRow,
  { state, ends }: { state: 'approved' | 'rejected'; ends: Millis },
): Promise<readonly string[]> {
  // Two who decide at once: the store lets one of them through.
  if (!(await tx.approvals.move(row.id, 'pending', { state, at: tx.now, expiresAt: ends })))
    throw refused('APPROVAL_DECIDED', 'Somebody else was quicker: this is decided already.');
  const moved: string[] = [];
  for (const { id } of await tx.approvals.requestsOf(row.id))
    if (await tx.requests.move(id, { from: 'pending', to: state, at: tx.now })) moved.push(id);
  return moved;
}

const refused = (code: ErrorCode, message: string): BrokerError => new BrokerError(code, message);
