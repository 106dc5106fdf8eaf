// One person's verdict on what a job asked: bound to exactly what they saw, one winner in every race, on record with their reason.
import { isoTime } from '../log/entry.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, afterVerdict, endAfterVerdict, type Verdict } from './approval.ts';
import { type Approver, teamFor } from './approvers.ts';
import { tellDecided } from './tell.ts';
import { type DecidingDeps, refused, refuseWithoutJob, settle, undecided } from './undecided.ts';

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
export async function castVerdict(deps: DecidingDeps, cast: Cast): Promise<void> {
  const ended = await deps.store.commit((tx) => decideOn(deps, tx, cast));
  deps.waiting.announce(ended);
}

async function decideOn(deps: DecidingDeps, tx: Transaction, cast: Cast): Promise<readonly string[]> {
  const approval = await undecided(deps, tx, cast);
  const may = teamFor(approval, cast.approver);
  if ('code' in may) throw refused(may.code, may.message);
  if (cast.verdict === 'approve') await refuseWithoutJob(deps, tx, approval.row);
  return record(deps, tx, { cast, approval, team: may.team });
}

interface Recording {
  readonly cast: Cast;
  readonly approval: Approval;
  readonly team: string;
}

async function record(deps: DecidingDeps, tx: Transaction, recording: Recording): Promise<readonly string[]> {
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
