// Break-glass: one member of the teams that the policy names lets a job go on without approvals. It is an invocation and no
// approval, so that it may be who asked; everybody is told, each time louder, and once its incident is over it stays shut until
// somebody else has reviewed it.
import { newId } from '../clock.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { isoTime } from '../log/entry.ts';
import type { BreakGlassTerms } from '../model.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import type { IncidentRow, InvocationRow } from '../store/incidents.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, endAfterVerdict } from './approval.ts';
import type { Approver, MayNot } from './approvers.ts';
import { tellInvoked } from './tell.ts';
import { type DecidingDeps, refused, refuseWithoutJob, settle, undecided } from './undecided.ts';

export type InvokeDeps = DecidingDeps & Pick<ExchangeDeps, 'logger'>;

export interface Invoking {
  /** has just shown that it is really them */
  readonly invoker: Approver;
  readonly requestId: string;
  readonly reason: string;
  readonly ticket: string;
  /** the digest of what this person was shown */
  readonly binding: string;
}

/**
 * Puts an invocation on record, tells everybody, and lets the jobs that wait for it go on.
 * @throws BrokerError that says why not, and what to do: nothing is changed then
 */
export async function invokeBreakGlass(deps: InvokeDeps, invoking: Invoking): Promise<void> {
  const { requests, told } = await deps.store.commit((tx) => invokeOn(deps, tx, invoking));
  deps.waiting.announce(requests);
  deps.logger.warn('break-glass was invoked', told);
}

/** The team by which this person may invoke it now, or why they may not. */
export function teamToInvoke(
  { for: teams }: BreakGlassTerms,
  { person, incident, now }: { person: Pick<Approver, 'teams'>; incident: IncidentRow | undefined; now: number },
): { readonly team: string } | MayNot {
  const team = teams.find((one) => person.teams.has(one));
  if (team === undefined)
    return {
      code: 'NOT_AN_INVOKER',
      message: `Only members of ${anyOf(teams)} invoke break-glass here, and you are in none of them: ask one of them.`,
    };
  if (incident === undefined || now < incident.ends_at) return { team };
  return {
    code: 'BREAK_GLASS_SHUT',
    message: `The last incident ended at ${isoTime(incident.ends_at)}: break-glass is shut until somebody of security or of the project's owner, who neither asked nor invoked, has reviewed it.`,
  };
}

interface Invoked {
  readonly requests: readonly string[];
  readonly told: { readonly project: string; readonly entitlement: string; readonly number: number } & {
    readonly notify: readonly string[];
  };
}

async function invokeOn(deps: InvokeDeps, tx: Transaction, invoking: Invoking): Promise<Invoked> {
  const approval = await undecided(deps, tx, invoking);
  const { row, terms } = approval;
  if (terms.breakGlass === undefined)
    throw refused('NOT_FOUND', 'This has no break-glass: it waits for approvers, and nobody else decides it.');
  const before = await tx.incidents.unreviewed(row);
  const may = teamToInvoke(terms.breakGlass, { person: invoking.invoker, incident: before, now: tx.now });
  if ('code' in may) throw refused(may.code, may.message);
  await refuseWithoutJob(deps, tx, row);
  const incident = before ?? (await openIncident(deps, tx, { ...row, incident: terms.breakGlass.incident }));
  const invocation = await countInvocation(deps, tx, { incident, approval, invoking });
  // Nothing that was invoked outlasts its incident.
  const ends = Math.min(endAfterVerdict(approval, tx.now), incident.ends_at);
  const requests = await settle(tx, row, { state: 'invoked', ends });
  const notify = [...terms.breakGlass.notify];
  await append(deps, tx, { invoking, approval, incident, invocation, team: may.team, requests, ends, notify });
  const { project, entitlement } = row;
  return { requests, told: { project, entitlement, number: invocation.number, notify } };
}

async function openIncident(
  deps: InvokeDeps,
  tx: Transaction,
  { project, entitlement, incident }: { project: string; entitlement: string } & Pick<BreakGlassTerms, 'incident'>,
): Promise<IncidentRow> {
  const opened: IncidentRow = {
    ...{ id: newId('inc', deps.entropy, tx.now), project, entitlement, opened_at: tx.now },
    ...{ ends_at: tx.now + incident * 1000, invocations: 0, reviewed_at: null, reviewer: null },
  };
  await tx.incidents.open(opened);
  return opened;
}

async function countInvocation(
  deps: InvokeDeps,
  tx: Transaction,
  { incident, approval, invoking }: { incident: IncidentRow; approval: Approval; invoking: Invoking },
): Promise<InvocationRow> {
  const invocation: InvocationRow = {
    id: newId('inv', deps.entropy, tx.now),
    incident_id: incident.id,
    approval_id: approval.row.id,
    principal: invoking.invoker.principal,
    number: incident.invocations + 1,
    at: tx.now,
  };
  if (!(await tx.incidents.invoke(invocation))) throw new Error(`the incident ${incident.id} was reviewed meanwhile`);
  return invocation;
}

interface Appending {
  readonly invoking: Invoking;
  readonly approval: Approval;
  readonly incident: IncidentRow;
  readonly invocation: InvocationRow;
  readonly team: string;
  readonly requests: readonly string[];
  readonly ends: number;
  readonly notify: string[];
}

/** On record, and everybody told, at once. */
async function append(deps: InvokeDeps, tx: Transaction, appending: Appending): Promise<void> {
  const { invoking, approval, incident, invocation, team, requests, ends, notify } = appending;
  const { invoker, reason, ticket } = invoking;
  const { id, request_id, project, entitlement, binding } = approval.row;
  await deps.append(tx, {
    type: 'break-glass.invoked',
    fields: {
      ...{ request_id, project, entitlement, approval_id: id, requests: [...requests], binding },
      ...{ invocation_id: invocation.id, incident_id: incident.id, number: invocation.number },
      ...{ incident_ends_at: isoTime(incident.ends_at), notify, expires_at: isoTime(ends) },
      ...{ invoker: invoker.principal, team, step_up: invoker.stepUp ?? 'none' },
      self: approval.askers.includes(invoker.principal),
    },
    personal: { invoker_identity: invoker.identity, invoker_name: invoker.name, reason, ticket },
  });
  const { number } = invocation;
  const said = { by: invoker.name, team, because: reason, incident: ticket, number, notify };
  await tellInvoked(deps, tx, {
    row: approval.row,
    said: { ...said, incident_ends_at: isoTime(incident.ends_at) },
  });
}
