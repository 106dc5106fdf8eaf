// What approvers said, as the log keeps it: their reasons are personal fields of its entries and stand nowhere else.
import type { Transaction } from '../store/store.ts';

export interface SaidVerdict {
  readonly entry: number;
  readonly approver: string;
  readonly verdict: 'approve' | 'reject';
  readonly team: string;
  readonly stepUp: 'none' | 'passkey' | 'provider';
  readonly at: string;
  /** undefined where none was given, or where they were erased */
  readonly name: string | undefined;
  readonly reason: string | undefined;
}

/** The verdicts on the approval of a request, oldest first. */
export async function saidOn(tx: Transaction, requestId: string): Promise<readonly SaidVerdict[]> {
  const row = await tx.approvals.ofRequest(requestId);
  if (row === undefined) return [];
  const entries = await tx.log.entriesOfRequest(row.request_id);
  const verdicts: SaidVerdict[] = [];
  for (const { entry_index: entry, type, leaf } of entries) {
    if (type !== 'approval.verdict') continue;
    const fields = JSON.parse(leaf) as { approval_id: string; approver: string; verdict: SaidVerdict['verdict'] } & {
      team: string;
      step_up: SaidVerdict['stepUp'];
      time: string;
    };
    if (fields.approval_id !== row.id) continue;
    const personal = await tx.log.personalOf({ start: entry, end: entry + 1 });
    const of = (name: string): string | undefined => personal.find(({ field }) => field === name)?.value;
    const { approver, verdict, team, step_up: stepUp, time: at } = fields;
    verdicts.push({ entry, approver, verdict, team, stepUp, at, name: of('approver_name'), reason: of('reason') });
  }
  return verdicts;
}
