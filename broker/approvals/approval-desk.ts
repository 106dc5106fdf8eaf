// The approval desk, as the request path uses it: what an ask that people must agree to stands on, opening an approval for it,
// spending one, and ending one. All of it runs in the transaction of the ask; verdicts come in through verdicts.ts.
import { newId } from '../clock.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { ApprovalTerms, Approved, NeedsApproval, Permit } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { isProgram } from '../policy/requester.ts';
import type { AskContext } from '../requests/ask-context.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { VerdictRow } from '../store/schema.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, approvers, assuranceOf, isOpen } from './approval.ts';
import { askersOf } from './askers.ts';
import { authorsNow, authorsOf } from './authors.ts';
import { bindingOf } from './binding.ts';
import { renewalOn } from './renewal.ts';

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
    if (row.state === 'pending' || row.binding !== binding) continue;
    const renewal = await renewalOn(tx, row, { session: decision.entitlement.session, jobKey: context.jobKey });
    if (renewal === undefined && !(await isLeft(tx, row, context.known))) continue;
    const approved = await approvedAs(tx, row, asked);
    if (approved === undefined) continue;
    return { ...decision, outcome: 'permit', approved: renewal === undefined ? approved : { ...approved, renewal } };
  }
  return decision;
}

/** Whether the approval is good for one more issuance, or was spent on this very request. */
async function isLeft(tx: Transaction, row: ApprovalRow, known: RequestRow | undefined): Promise<boolean> {
  if (!isOpen(row, tx.now)) return false;
  return row.used < row.issuances || (known !== undefined && (await tx.approvals.isUsedBy(known.id)));
}

/** Why the request's own approval is not one that this ask can ever stand on; undefined while it may still. */
export async function whyVoid(tx: Transaction, row: ApprovalRow, asked: Asked): Promise<string | undefined> {
  if (row.binding !== askBinding(asked)) return 'the policy of this entitlement was changed since it was asked for';
  if (row.state === 'approved' && (await approvedAs(tx, row, asked)) === undefined)
    return 'those who approved turned out to be who asked, or who wrote the commit or the policy, or fewer people than it takes';
  return undefined;
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
  const approval =
    shared.find((one) => one.state === 'pending' && isOpen(one, tx.now)) ??
    newApproval(deps, tx, { ...asked, binding });
  if (!shared.includes(approval)) await tx.approvals.insert(approval);
  await tx.approvals.join(row.id, approval.id);
  return approval;
}

/** Spends an approval on a request, or lets it stand on it without spending anything where it renews. It was found to stand in this very transaction, so nobody was quicker. */
export async function spend(tx: Transaction, approved: Approved, requestId: string): Promise<void> {
  if ((await tx.approvals.ofRequest(requestId)) === undefined) await tx.approvals.join(requestId, approved.id);
  if (approved.renewal !== undefined) return;
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
  return { row, issuer: request.issuer, terms, ...(await handsOn(tx, row, request)) };
}

/** Who asked, who wrote what decides and what runs, and who gave a verdict, each as the person that they are known to be now: two identities may have been joined since. */
async function handsOn(
  tx: Transaction,
  row: ApprovalRow,
  request: RequestRow,
): Promise<Pick<Approval, 'askers' | 'authors' | 'verdicts'>> {
  const verdicts: VerdictRow[] = [];
  for (const verdict of await tx.approvals.verdictsOn(row.id))
    verdicts.push({ ...verdict, principal: await tx.principals.resolve(verdict.principal) });
  return { askers: await askersOf(tx, request), authors: await authorsOf(tx, request), verdicts };
}

/** What the policy in force asks of approvers, where the entitlement is written as it was when they were asked. */
export function termsInForce(policies: PolicySet, row: ApprovalRow): ApprovalTerms | undefined {
  const terms = policies.projects.get(row.project)?.entitlements.get(row.entitlement)?.approval;
  return terms?.entitlementDigest === row.entitlement_digest ? terms : undefined;
}

const saidWith = ({ reason, ticket, assistedBy }: AskContext['request']) => ({ reason, ticket, assistedBy });

const askBinding = ({ context, decision }: Asked): string =>
  bindingOf({ ...context, ...saidWith(context.request), decision });

/**
 * What an approval amounts to now. Undefined where those who approved turned out to be fewer people than it took, the one who asked,
 * or an author whom the policy keeps apart: identities that were joined since are one person (P4, threat T27).
 */
async function approvedAs(tx: Transaction, row: ApprovalRow, asked: Asked): Promise<Approved | undefined> {
  if (row.state === 'invoked') return invokedAs(tx, row);
  const request = await tx.requests.find(row.request_id);
  if (request === undefined) return undefined;
  const hands = await handsOn(tx, row, request);
  const by = [...new Set(approvers(hands.verdicts))];
  const { terms } = asked.decision;
  const bySelf = by.some((one) => hands.askers.includes(one)) && !terms.self;
  const byAuthor = await isByAuthor(tx, by, { ...asked, authors: hands.authors });
  if (bySelf || byAuthor || by.length < row.needed) return undefined;
  return { id: row.id, by, invocation: undefined, assurance: assuranceOf(hands) };
}

/** By what GitHub said when it was asked for, and by what it says now: a mail address may belong to another account since. */
async function isByAuthor(
  tx: Transaction,
  by: readonly string[],
  { context, decision, authors: then }: Asked & Pick<Approval, 'authors'>,
): Promise<boolean> {
  const { subject, facts } = context;
  const now = await authorsNow(tx, { issuer: subject.issuer, project: decision.project.name, facts });
  return decision.terms.apartFrom
    .flatMap((kind) => [then[kind], now[kind]])
    .some((authors) => authors === undefined || by.some((one) => authors.includes(one)));
}

/** Nobody approved: somebody invoked it, who may be who asked. */
async function invokedAs(tx: Transaction, { id }: ApprovalRow): Promise<Approved | undefined> {
  const invocation = await tx.incidents.invocationOn(id);
  return invocation && { id, by: [], invocation: invocation.id, assurance: 'break-glass' };
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
