// An approval as a pure state machine: pending until people decided, approved until a job collects, and else ended.
//
//   pending ──approve (M of N)──▶ approved ──time is over, or what was asked is no longer what is allowed──▶ expired, void
//      ├──break-glass──▶ invoked ──the same──▶ expired, void
//      └──reject──▶ rejected        └──withdrawn by the job or the requester (also while pending)──▶ withdrawn
//
// Who may give a verdict is decided in approvers.ts; that a change happens once, by the store.
import type { Millis } from '../clock.ts';
import type { ApprovalTerms, Assurance } from '../model.ts';
import type { ApprovalRow, VerdictRow } from '../store/schema.ts';
import type { Authors } from './authors.ts';

export interface Approval {
  readonly row: ApprovalRow;
  /** the principals behind the job that asked: who started this attempt of its run, and who started the first */
  readonly askers: readonly string[];
  /** the principals behind the job's commit and behind its policy, where that keeps them apart */
  readonly authors: Authors;
  /** the issuer that knows the job */
  readonly issuer: string;
  readonly terms: ApprovalTerms;
  readonly verdicts: readonly VerdictRow[];
}

export type Verdict = VerdictRow['verdict'];

/** What a further verdict makes of a pending approval. */
export function afterVerdict({ row, verdicts }: Approval, verdict: Verdict): 'pending' | 'approved' | 'rejected' {
  if (verdict === 'reject') return 'rejected';
  return approvers(verdicts).length + 1 >= row.needed ? 'approved' : 'pending';
}

/** Those who agreed, in the order in which they did. */
export const approvers = (verdicts: readonly VerdictRow[]): readonly string[] =>
  verdicts.filter(({ verdict }) => verdict === 'approve').map(({ principal }) => principal);

/** How a credential that stands on it came to be. */
export function assuranceOf({ askers, verdicts }: Pick<Approval, 'askers' | 'verdicts'>): Assurance {
  return approvers(verdicts).some((one) => askers.includes(one)) ? 'self-approved' : 'approved';
}

/** Whether it is still to be decided, or to be collected; nothing is past its end, whatever its row still says. */
export const isOpen = ({ state, expires_at: end }: ApprovalRow, now: Millis): boolean => IS_OPEN[state] && now < end;

export const IS_OPEN: Readonly<Record<ApprovalRow['state'], boolean>> = {
  ...{ pending: true, approved: true, invoked: true },
  ...{ rejected: false, expired: false, withdrawn: false, void: false },
};

/** Once people agreed, a job has as long to collect as they had to decide. */
export const endAfterVerdict = ({ terms }: Approval, now: Millis): Millis => now + terms.within * 1000;
