// Writes down refusals and what waits for people: the row of the request and its log entry, in the transaction that decided.
import { openApproval } from '../approvals/approval-desk.ts';
import { abandon, withdraw } from '../approvals/endings.ts';
import { tellWaiting } from '../approvals/tell.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { isoTime, requesterFields, subjectFields } from '../log/entry.ts';
import type { Decision, NeedsApproval, Subject } from '../model.ts';
import { listsRepository } from '../policy/evaluate.ts';
import { disclosure, explain } from '../policy/explain.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import type { AskContext } from './ask-context.ts';
import type { Refusal, Refused } from './decided.ts';
import { decidedFields, personalFields } from './decided-fields.ts';
import { rememberSecret, requestRow, saveDecision } from './request-row.ts';

type RecordDeps = Pick<ExchangeDeps, 'append' | 'entropy' | 'noticeChannels'>;

/** Refuses, on record. Equal refusals of one job are one entry and a count: the log grows with what happens, not with who asks. */
export async function recordRefusal(
  deps: RecordDeps,
  tx: Transaction,
  { context, decision }: { context: AskContext; decision: Extract<Decision, { outcome: 'deny' }> },
): Promise<Refused> {
  const { summary, reasons } = explain(decision);
  const refusal: Refusal = {
    summary,
    reasons,
    disclosure: disclosure(decision, context.subject) === 'full' ? 'full' : 'codes',
  };
  const row = await requestRow(deps, tx, {
    context,
    state: 'denied',
    policyDigest: decision.project.digest,
    decision: keptRefusal(context, refusal),
  });
  const same = context.known === undefined ? await tx.requests.sameRefusal(row) : undefined;
  if (same !== undefined) {
    await tx.requests.countRepeat(same.id, tx.now);
    await rememberSecret(tx, context, same.id);
    return { outcome: 'refused', requestId: same.id, ...refusal };
  }
  // A request that was issued stays issued: only this repetition is refused, and however often that happens it is one entry.
  if (context.known?.state !== 'issued') await saveDecision(tx, context, row);
  else if (!(await tx.saidOnce.first(`refused again ${row.id} ${row.policy_digest} ${row.decision}`)))
    return { outcome: 'refused', requestId: row.id, ...refusal };
  if (context.known !== undefined) await abandon(deps, tx, context.known);
  await deps.append(tx, {
    type: 'request.decided',
    fields: {
      ...decidedFields(context, row),
      decision: 'deny',
      reasons: reasons.map(({ code, rule, condition }) => ({ code, rule, condition })),
    },
    personal: personalFields(context, row),
  });
  return { outcome: 'refused', requestId: row.id, ...refusal };
}

/** Equal refusals are equal texts: what the organization said then is part of it, as it is part of the entry. */
function keptRefusal({ policies }: AskContext, refusal: Refusal): object {
  return { ...refusal, organizationDigest: policies.organizationDigest ?? null };
}

/** People must agree first: the request waits for them, and what the same job waited for before is taken back. */
export async function recordPending(
  deps: RecordDeps,
  tx: Transaction,
  { context, decision }: { context: AskContext; decision: NeedsApproval },
): Promise<{ readonly row: RequestRow; readonly approval: ApprovalRow }> {
  const { rule, ttl, project, terms } = decision;
  const kept = { outcome: 'approval', rule, summary: explain(decision).summary };
  const row = await requestRow(deps, tx, { context, state: 'pending', policyDigest: project.digest, decision: kept });
  const earlier = await tx.requests.pendingOfJob({
    jobKey: row.job_key,
    project: row.project,
    entitlement: row.entitlement,
  });
  await saveDecision(tx, context, row);
  const approval = await openApproval(deps, tx, { context, decision, row });
  for (const request of earlier) if (request.id !== row.id) await withdraw(deps, tx, { request, by: 'newer-request' });
  const { id: approval_id, binding, needed, issuances, expires_at: ends } = approval;
  await deps.append(tx, {
    type: 'request.pending',
    fields: {
      ...decidedFields(context, row),
      ...{ rule, ttl: ttl === 'never' ? null : ttl },
      ...{ approval_id, binding, by: [...terms.by], needed, issuances, expires_at: isoTime(ends) },
      ...(terms.breakGlass === undefined ? {} : { break_glass: [...terms.breakGlass.for] }),
    },
    personal: personalFields(context, row),
  });
  await tellWaiting(deps, tx, { row, approval, decision });
  return { row, approval };
}

export async function recordMisuse(
  deps: RecordDeps,
  tx: Transaction,
  {
    context,
    known,
    code,
  }: { context: AskContext; known: RequestRow; code: 'REQUEST_MISMATCH' | 'REQUEST_OF_ANOTHER_JOB' },
): Promise<void> {
  if (!(await tx.saidOnce.first(`misused ${known.id} ${context.jobKey} ${code}`))) return;
  const { project, entitlement } = context.request;
  const fields = { request_id: known.id, project, entitlement, ...subjectFields(context.subject), code };
  await deps.append(tx, { type: 'request.misused', fields, personal: requesterFields(context.subject) });
}

/** The first replay of a token is an entry where its repository belongs to a project; strangers cannot grow the log. */
export async function recordReplay(
  deps: Pick<ExchangeDeps, 'append' | 'policies'>,
  tx: Transaction,
  subject: Subject,
): Promise<void> {
  if (!listsRepository(await deps.policies(tx), subject)) return;
  const fields = { ...subjectFields(subject), token_id: subject.tokenId };
  await deps.append(tx, { type: 'request.replayed', fields, personal: requesterFields(subject) });
}
