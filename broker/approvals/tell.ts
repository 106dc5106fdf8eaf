// Tells people what waits for them and what came of it, in the transaction that records it.
import { isoTime } from '../log/entry.ts';
import type { NeedsApproval, Subject } from '../model.ts';
import type { AskedFields, Notice } from '../notify/notice.ts';
import { type NoticeDeps, queueNotice } from '../notify/queue-notice.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { saidOn } from './said.ts';

export async function tellWaiting(
  deps: NoticeDeps,
  tx: Transaction,
  { row, approval, decision }: { row: RequestRow; approval: ApprovalRow; decision: NeedsApproval },
): Promise<void> {
  // Another job of a run that is asked about already: it stands on the same page, and nobody is told twice.
  if (approval.request_id !== row.id) return;
  const { title, risk, gives } = decision.entitlement;
  const { needed, expires_at: end } = approval;
  const { by, breakGlass } = decision.terms;
  const terms = { by, break_glass: breakGlass?.for ?? [], needed, expires_at: isoTime(end) };
  await queueNotice(deps, tx, {
    kind: 'request.waiting',
    fields: { ...askedFields(row), title, risk, gives, ...terms },
  });
}

/** After the verdict that decided is on record. */
export async function tellDecided(
  deps: NoticeDeps,
  tx: Transaction,
  { row, decision }: { row: ApprovalRow; decision: 'approved' | 'rejected' },
): Promise<void> {
  const request = await tx.requests.find(row.request_id);
  if (request === undefined) return;
  const said = await saidOn(tx, row.request_id);
  const verdicts = said.map(({ verdict, name = null, reason = null }) => ({ verdict, name, reason }));
  await queueNotice(deps, tx, { kind: 'request.decided', fields: { ...askedFields(request), decision, verdicts } });
}

export async function tellExpired(deps: NoticeDeps, tx: Transaction, row: ApprovalRow): Promise<void> {
  const request = await tx.requests.find(row.request_id);
  if (request === undefined) return;
  const was = row.state === 'approved' || row.state === 'invoked' ? row.state : 'pending';
  await queueNotice(deps, tx, { kind: 'request.expired', fields: { ...askedFields(request), was } });
}

/** At once: the notice stands in the outbox with the entry of the invocation. */
export async function tellInvoked(
  deps: NoticeDeps,
  tx: Transaction,
  { row, said }: { row: ApprovalRow; said: Omit<InvokedFields, keyof AskedFields> },
): Promise<void> {
  const request = await tx.requests.find(row.request_id);
  if (request === undefined) return;
  await queueNotice(deps, tx, { kind: 'break-glass.invoked', fields: { ...askedFields(request), ...said } });
}

type InvokedFields = Extract<Notice, { kind: 'break-glass.invoked' }>['fields'];

type Said = string | null;

/** For a notice of any kind about a request. */
function askedFields({ id, project, entitlement, parameters, subject: kept }: RequestRow): AskedFields {
  const subject = JSON.parse(kept) as Subject;
  const [, reason = null, ticket = null, assistedBy = null] = JSON.parse(parameters) as [unknown, ...Said[]];
  return {
    ...{ request_id: id, project, entitlement, issuer: subject.issuer, repository: subject.repository },
    ...{ ref: subject.ref, sha: subject.sha, environment: subject.environment ?? null },
    ...{ event_name: subject.eventName, workflow_ref: subject.workflowRef },
    ...{ run_id: subject.runId, run_attempt: subject.runAttempt, actor: subject.actor },
    ...{ reason, ticket, assisted_by: assistedBy },
  };
}
