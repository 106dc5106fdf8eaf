// One request with everything that somebody needs who decides about it, or who asks later how it came to be.
import type { RequestDetail } from '../../shared/people-api.ts';
import { isoTime } from '../log/entry.ts';
import type { Entitlement, Project, SignedIn } from '../model.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, isOpen } from './approval.ts';
import { readApproval } from './approval-desk.ts';
import { approverOf, teamFor } from './approvers.ts';
import { breakGlassOf } from './incidents.ts';
import { lastApproved } from './last-approved.ts';
import { isRequester, maySee } from './onlooker.ts';
import { summaryOf, type Viewing } from './request-summary.ts';
import { saidOn } from './said.ts';
import { timelineOf } from './timeline.ts';
import { jobWaits } from './undecided.ts';
import type { Waiting } from './waiting.ts';

export interface DetailView extends Viewing {
  readonly waiting: Waiting;
  readonly person: SignedIn;
}

export async function detailOf(tx: Transaction, row: RequestRow, view: DetailView): Promise<RequestDetail> {
  const project = view.policies.projects.get(row.project);
  const entitlement = project?.entitlements.get(row.entitlement);
  const decision = JSON.parse(row.decision) as Pick<RequestDetail, 'rule' | 'reasons'> & { summary?: string };
  const kept = await tx.approvals.ofRequest(row.id);
  const asked = kept && { kept, approval: await readApproval(tx, kept, view.policies) };
  return {
    ...(await summaryOf(tx, row, view)),
    ...describe(project, entitlement),
    ...ruleOf(entitlement, decision.rule, project?.digest === row.policy_digest),
    ...(row.state === 'denied' && decision.reasons !== undefined ? { reasons: decision.reasons } : {}),
    yours: await isRequester(tx, view.person, row),
    summary: decision.summary ?? '',
    policy_digest: row.policy_digest,
    ...(asked === undefined ? {} : await withPeople(tx, row, { ...asked, view })),
    ...(await pausedFor(tx, row)),
    same_job: await othersOfJob(tx, row, view),
    ...(await lastApproved(tx, row, view.webOf)),
    timeline: await timelineOf(tx, row.id),
    ...(await outcomeOf(tx, row)),
  };
}

function describe(project: Project | undefined, entitlement: Entitlement | undefined): Partial<RequestDetail> {
  if (project === undefined || entitlement === undefined) return {};
  const { description, ttl, credential, gives, revocation } = entitlement;
  return {
    ...(description === undefined ? {} : { description }),
    ...{ kind: credential.kind, gives, revocation, owner: project.owner },
    ttl: ttl === 'never' ? null : ttl,
  };
}

function ruleOf(
  entitlement: Entitlement | undefined,
  rule: number | undefined,
  unchanged: boolean,
): Pick<RequestDetail, 'rule' | 'conditions'> {
  if (rule === undefined) return {};
  const conditions = unchanged ? entitlement?.rules[rule]?.conditions : undefined;
  if (conditions === undefined) return { rule };
  return { rule, conditions: conditions.map(({ key, expected }) => ({ condition: key, expected })) };
}

/** An approval promises a credential; while this is in force it gets the job none. Why it was paused is between security and the job. */
async function pausedFor(tx: Transaction, { state, project, entitlement, requester }: RequestRow) {
  if (state !== 'pending' && state !== 'approved') return {};
  const pause = await tx.suspensions.hitting({ project, entitlement, requester });
  return pause === undefined ? {} : { paused: pause.scope };
}

interface AskedPeople {
  readonly kept: ApprovalRow;
  readonly approval: Approval | undefined;
  readonly view: DetailView;
}

async function withPeople(tx: Transaction, row: RequestRow, asked: AskedPeople): Promise<Partial<RequestDetail>> {
  const { kept, approval, view } = asked;
  return {
    approval: await approvalOf(tx, row, asked),
    ...(await breakGlassOf(tx, { person: view.person, row: kept, approval })),
  };
}

async function approvalOf(
  tx: Transaction,
  row: RequestRow,
  { kept, approval, view }: AskedPeople,
): Promise<RequestDetail['approval']> {
  const terms = approval?.terms;
  return {
    ...{ id: kept.id, state: kept.state, binding: kept.binding, needed: kept.needed, issuances: kept.issuances },
    by: [...(terms?.by ?? [])],
    self_allowed: terms?.self ?? false,
    covers: terms?.covers ?? 'job',
    expires_at: isoTime(kept.expires_at),
    verdicts: (await saidOn(tx, row.id)).map(({ entry, approver, name, team, verdict, reason, at, stepUp }) => ({
      ...{
        by: { principal: approver, ...(name === undefined ? {} : { name }) },
        team,
        verdict,
        at,
        step_up: stepUp,
        entry,
      },
      ...(reason === undefined ? {} : { reason }),
    })),
    you: yourPart(tx, { view, approval, needsStepUp: isHighRisk(view, row) }),
    job_waits: await jobWaits(view.waiting, tx, kept.id),
  };
}

type You = NonNullable<RequestDetail['approval']>['you'];

interface Part {
  readonly view: DetailView;
  readonly approval: Approval | undefined;
  readonly needsStepUp: boolean;
}

function yourPart({ now }: Transaction, { view, approval, needsStepUp }: Part): You {
  const no = (code: string, message: string): You => ({ may: false, why_not: { code, message }, needs_step_up: false });
  if (approval === undefined)
    return no(
      'APPROVAL_CHANGED',
      'The policy of this entitlement was changed since it was asked for: nobody decides on it any more.',
    );
  if (approval.row.state !== 'pending')
    return no('APPROVAL_DECIDED', `This is ${approval.row.state}: nothing is left to decide.`);
  if (!isOpen(approval.row, now)) return no('APPROVAL_EXPIRED', 'The time to decide is over.');
  const team = teamFor(approval, approverOf(view.person));
  if ('code' in team) return no(team.code, team.message);
  return { may: true, needs_step_up: needsStepUp };
}

/** What could do much harm is decided only by somebody who has just shown that it is really them. */
export const isHighRisk = ({ policies }: Viewing, { project, entitlement }: RequestRow): boolean =>
  policies.projects.get(project)?.entitlements.get(entitlement)?.risk !== 'low';

/** What else the same job asked for, as far as this person may see it. */
async function othersOfJob(tx: Transaction, row: RequestRow, view: DetailView): Promise<RequestDetail['same_job']> {
  const others: RequestDetail['same_job'] = [];
  for (const other of await tx.requests.ofJob(row.job_key)) {
    if (other.id === row.id || !(await maySee(tx, { ...view, row: other }))) continue;
    others.push({ id: other.id, entitlement: `${other.project}/${other.entitlement}`, state: other.state });
  }
  return others;
}

async function outcomeOf(tx: Transaction, row: RequestRow): Promise<Pick<RequestDetail, 'assurance' | 'lease'>> {
  const issued = await tx.log.issuedEntry(row.id);
  const lease = await tx.leases.ofRequest(row.id);
  const assurance = issued && (JSON.parse(issued.leaf) as Pick<RequestDetail, 'assurance'>).assurance;
  return {
    ...(assurance === undefined ? {} : { assurance }),
    ...(lease === undefined ? {} : { lease: leaseOf(lease) }),
  };
}

function leaseOf({
  id,
  kind,
  state,
  revocation,
  ends_at: end,
  upstream_expires_at: dies,
}: LeaseRow): RequestDetail['lease'] {
  const at = (moment: number | null): string | null => (moment === null ? null : isoTime(moment));
  return { id, kind, state, revocation, ends_at: at(end), dies_at: at(dies) };
}
