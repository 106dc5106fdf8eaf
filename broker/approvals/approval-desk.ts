// The approval desk, as the request path uses it: what an ask that people must agree to stands on, opening an approval for it,
// spending one, and ending one. All of it runs in the transaction of the ask; verdicts come in through verdicts.ts.
import { newId } from '../clock.ts';
import type { ExchangeDeps } from '../exchange.ts';
import type { ApprovalTerms, Approved, NeedsApproval, Permit } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { isProgram } from '../policy/requester.ts';
import type { AskContext } from '../requests/ask-context.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, approvers, assuranceOf, isOpen } from './approval.ts';
import { bindingOf } from './binding.ts';

export type DeskDeps = Pick<ExchangeDeps, 'append' | 'entropy'>;

interface Asked {
  readonly context: AskContext;
  readonly decision: NeedsApproval;
}

/** A permit where people agreed to exactly this ask, and their approval is neither over nor spent; else what was decided. */
export async function withApproval(tx: Transaction, asked: Asked): Promise<Permit | NeedsApproval> {
  const { decision, context } = asked;
  const binding = askBinding(asked);
  const own = context.known === undefined ? undefined : await tx.approvals.ofRequest(context.known.id);
  for (const row of own === undefined ? await tx.approvals.openFor(binding) : [own]) {
    if (row.state !== 'approved' || row.binding !== binding || !isOpen(row, tx.now)) continue;
    const isSpent = own !== undefined && context.known !== undefined && (await tx.approvals.isUsedBy(context.known.id));
    if (!isSpent && row.used >= row.issuances) continue;
    return { ...decision, outcome: 'permit', approved: await approvedAs(tx, row) };
  }
  return decision;
}

/** The request's own approval, where it is not the one that this ask would need: something in the policy changed since. */
export async function outdated(
  tx: Transaction,
  asked: Asked & { request: RequestRow },
): Promise<ApprovalRow | undefined> {
  const row = await tx.approvals.ofRequest(asked.request.id);
  return row === undefined || row.binding === askBinding(asked) ? undefined : row;
}

/** The approval that a request waits for: one of its run that is pending already, where one covers the run, or a new one. */
export async function openApproval(
  deps: DeskDeps,
  tx: Transaction,
  asked: Asked & { row: RequestRow },
): Promise<ApprovalRow> {
  const { decision, row } = asked;
  const { terms } = decision;
  const binding = askBinding(asked);
  const shared = terms.covers === 'job' ? [] : await tx.approvals.openFor(binding);
  const approval = shared.find((one) => isOpen(one, tx.now)) ?? newApproval(deps, tx, { ...asked, binding });
  if (!shared.includes(approval)) await tx.approvals.insert(approval);
  await tx.approvals.join(row.id, approval.id);
  return approval;
}

/** Spends an approval on a request. It was found to stand in this very transaction, so nobody was quicker. */
export async function spend(tx: Transaction, approved: Approved, requestId: string): Promise<void> {
  if ((await tx.approvals.ofRequest(requestId)) === undefined) await tx.approvals.join(requestId, approved.id);
  if (!(await tx.approvals.use({ id: approved.id, requestId, now: tx.now })))
    throw new Error(`the approval ${approved.id} is spent, and was found to stand`);
}

/**
 * An approval with what its policy says of it and what people said. Undefined where the entitlement is written otherwise by now,
 * or is gone: then nobody decides on it any more.
 */
export async function readApproval(
  tx: Transaction,
  row: ApprovalRow,
  policies: PolicySet,
): Promise<Approval | undefined> {
  const terms = termsInForce(policies, row);
  const request = await tx.requests.find(row.request_id);
  if (terms === undefined || request === undefined) return undefined;
  const { requester, issuer } = request;
  return { row, requester, issuer, terms, verdicts: await tx.approvals.verdictsOn(row.id) };
}

/** What the policy in force asks of approvers, where the entitlement is written as it was when they were asked. */
export function termsInForce(policies: PolicySet, row: ApprovalRow): ApprovalTerms | undefined {
  const terms = policies.projects.get(row.project)?.entitlements.get(row.entitlement)?.approval;
  return terms?.entitlementDigest === row.entitlement_digest ? terms : undefined;
}

const askBinding = ({ context, decision }: Asked): string =>
  bindingOf({ ...context, decision, reason: context.request.reason, ticket: context.request.ticket });

async function approvedAs(tx: Transaction, row: ApprovalRow): Promise<Approved> {
  const verdicts = await tx.approvals.verdictsOn(row.id);
  const requester = (await tx.requests.find(row.request_id))?.requester ?? null;
  return { id: row.id, by: approvers(verdicts), assurance: assuranceOf({ requester, verdicts }) };
}

/** Two, where a program asks: nobody answers for what it asks but those who agree. */
const neededFor = (terms: ApprovalTerms, isOfProgram: boolean): number =>
  isOfProgram ? Math.max(2, terms.count) : terms.count;

function newApproval(
  deps: DeskDeps,
  tx: Transaction,
  { context, decision, row, binding }: Asked & { row: RequestRow; binding: string },
): ApprovalRow {
  const { terms, project, entitlement } = decision;
  return {
    id: newId('apr', deps.entropy, tx.now),
    request_id: row.id,
    project: project.name,
    entitlement: entitlement.name,
    entitlement_digest: terms.entitlementDigest,
    binding,
    state: 'pending',
    needed: neededFor(terms, isProgram(context.subject)),
    issuances: terms.issuances,
    used: 0,
    created_at: tx.now,
    expires_at: tx.now + terms.within * 1000,
    decided_at: null,
  };
}
