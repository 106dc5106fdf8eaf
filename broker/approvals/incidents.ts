// Break-glass for people: what a request says of it to whoever opens it, and the incidents that nobody has reviewed yet, each with
// who invoked it and why, for those whom it concerns. Names and reasons are personal fields of log entries and stand nowhere else.
import type { BreakGlassIncident, RequestDetail } from '../../shared/people-api.ts';
import { isoTime } from '../log/entry.ts';
import type { SignedIn } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { IncidentRow, InvocationRow } from '../store/incidents.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, isOpen } from './approval.ts';
import { approverOf } from './approvers.ts';
import { teamToInvoke } from './break-glass.ts';
import { handsIn, reviewerAs } from './incident-review.ts';

interface Reading {
  readonly policies: PolicySet;
  readonly person: SignedIn;
}

/** The incidents that this person may see, the oldest first. */
export async function openIncidents(tx: Transaction, reading: Reading): Promise<BreakGlassIncident[]> {
  const incidents: BreakGlassIncident[] = [];
  for (const incident of await tx.incidents.allUnreviewed())
    if (await maySeeIncident(tx, reading, incident)) incidents.push(await incidentOf(tx, reading, incident));
  return incidents;
}

/** Everybody whom the policy names for it, security, the project's owner, and who asked or invoked. */
export async function maySeeIncident(
  tx: Transaction,
  { policies, person }: Reading,
  incident: IncidentRow,
): Promise<boolean> {
  const project = policies.projects.get(incident.project);
  const terms = project?.entitlements.get(incident.entitlement)?.approval;
  const teams = [project?.owner ?? '', ...(terms?.by ?? []), ...(terms?.breakGlass?.for ?? [])];
  const concerned = [...teams, ...(terms?.breakGlass?.notify ?? [])].some((team) => person.teams.has(team));
  return person.roles.has('security') || concerned || (await handsIn(tx, incident)).people.has(person.principal);
}

async function incidentOf(tx: Transaction, reading: Reading, incident: IncidentRow): Promise<BreakGlassIncident> {
  const { id, project, entitlement } = incident;
  const may = await reviewerAs(tx, { ...reading, incident });
  const invocations: BreakGlassIncident['invocations'] = [];
  for (const row of await tx.incidents.invocationsOf(id)) invocations.push(await invocationAs(tx, row));
  return {
    ...{ project, entitlement },
    title: reading.policies.projects.get(project)?.entitlements.get(entitlement)?.title ?? entitlement,
    ...spanOf(incident, tx.now),
    invocations,
    you: 'code' in may ? { may_review: false, why_not: { ...may } } : { may_review: true },
  };
}

const spanOf = ({ id, opened_at: opened, ends_at: ends }: IncidentRow, now: number) => ({
  id,
  state: now < ends ? ('open' as const) : ('shut' as const),
  opened_at: isoTime(opened),
  ends_at: isoTime(ends),
});

type Invocation = BreakGlassIncident['invocations'][number];

async function invocationAs(tx: Transaction, row: InvocationRow): Promise<Invocation> {
  const requestId = (await tx.approvals.find(row.approval_id))?.request_id ?? '';
  const entries = await tx.log.entriesOfRequest(requestId);
  const entry = entries.findLast(({ type }) => type === 'break-glass.invoked');
  const at = entry?.entry_index ?? -1;
  const fields = JSON.parse(entry?.leaf ?? '{}') as { team?: string; step_up?: Invocation['step_up'] };
  const personal = await tx.log.personalOf({ start: at, end: at + 1 });
  const said = (field: string): string | undefined => personal.find((one) => one.field === field)?.value;
  const [name, reason, ticket] = ['invoker_name', 'reason', 'ticket'].map(said);
  return {
    ...{ id: row.id, request_id: requestId, number: row.number, at: isoTime(row.at), entry: at },
    by: { principal: row.principal, ...(name === undefined ? {} : { name }) },
    ...{ team: fields.team ?? '', step_up: fields.step_up ?? 'none' },
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
  };
}

/** What the page of a request says of break-glass; left out where its policy has none. */
export async function breakGlassOf(
  tx: Transaction,
  { person, row, approval }: { person: SignedIn; row: ApprovalRow; approval: Approval | undefined },
): Promise<Pick<RequestDetail, 'break_glass'>> {
  const invocation = await tx.incidents.invocationOn(row.id);
  const terms = approval?.terms.breakGlass;
  if (terms === undefined && invocation === undefined) return {};
  const incident = await tx.incidents.unreviewed(row);
  return {
    break_glass: {
      ...{ for: [...(terms?.for ?? [])], notify: [...(terms?.notify ?? [])] },
      ...yourPart(tx, { person, approval, incident }),
      ...(incident === undefined
        ? {}
        : { incident: { ...spanOf(incident, tx.now), invocations: incident.invocations } }),
      ...(invocation === undefined ? {} : { invocation: await invocationAs(tx, invocation) }),
    },
  };
}

type Yours = Pick<NonNullable<RequestDetail['break_glass']>, 'may' | 'why_not' | 'needs_step_up'>;

function yourPart(
  { now }: Transaction,
  {
    person,
    approval,
    incident,
  }: { person: SignedIn; approval: Approval | undefined; incident: IncidentRow | undefined },
): Yours {
  const no = (code: string, message: string): Yours => ({
    may: false,
    why_not: { code, message },
    needs_step_up: false,
  });
  const terms = approval?.terms.breakGlass;
  if (approval === undefined || terms === undefined)
    return no('APPROVAL_CHANGED', 'The policy of this entitlement was changed since it was asked for.');
  if (approval.row.state !== 'pending')
    return no('APPROVAL_DECIDED', `This is ${approval.row.state}: nothing is left to decide.`);
  if (!isOpen(approval.row, now)) return no('APPROVAL_EXPIRED', 'The time to decide is over.');
  const may = teamToInvoke(terms, { person: approverOf(person), incident, now });
  return 'code' in may ? no(may.code, may.message) : { may: true, needs_step_up: true };
}
