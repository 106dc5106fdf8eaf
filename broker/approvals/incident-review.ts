// The review after an incident: by somebody of security or of the project's owner, who neither asked nor invoked in it. It opens
// break-glass again; without one it stays shut (threat T27: nobody is the only one who knows).
import { isoTime } from '../log/entry.ts';
import type { SignedIn } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { IncidentRow } from '../store/incidents.ts';
import type { Transaction } from '../store/store.ts';
import { askersOf } from './approval-desk.ts';
import { approverOf, type MayNot } from './approvers.ts';
import type { InvokeDeps } from './break-glass.ts';
import { refused } from './undecided.ts';

export interface Reviewing {
  /** confirmed in their teams, and has just shown that it is really them */
  readonly reviewer: SignedIn;
  readonly project: string;
  readonly entitlement: string;
  readonly reason: string;
  /** how many invocations this person was shown, where their page says so */
  readonly invocations: number | undefined;
}

/** @throws BrokerError that says why not, and what to do: nothing is changed then */
export async function reviewIncident(deps: Pick<InvokeDeps, 'store' | 'append' | 'policies'>, reviewing: Reviewing) {
  await deps.store.commit(async (tx) => {
    const incident = await tx.incidents.unreviewed(reviewing);
    const policies = await deps.policies(tx);
    if (incident === undefined) throw refused('NOT_FOUND', NOTHING);
    const may = await reviewerAs(tx, { policies, person: reviewing.reviewer, incident });
    if ('code' in may) throw refused(may.code, may.message);
    if (reviewing.invocations !== undefined && reviewing.invocations !== incident.invocations)
      throw refused(
        'INCIDENT_CHANGED',
        `It was invoked ${incident.invocations} times by now, and you were shown ${reviewing.invocations}: read it again before you review it.`,
      );
    await record(deps, tx, { reviewing, incident, as: may.as });
  });
}

const NOTHING = 'This entitlement has no incident to review, or not one that you may see.';

/** As what this person may review an incident, or why they may not. */
export async function reviewerAs(
  tx: Transaction,
  { policies, person, incident }: { policies: PolicySet; person: SignedIn; incident: IncidentRow },
): Promise<{ readonly as: 'security' | 'owner' } | MayNot> {
  const owner = policies.projects.get(incident.project)?.owner;
  const isOwner = owner !== undefined && person.teams.has(owner);
  if (!person.roles.has('security') && !isOwner)
    return {
      code: 'NOT_A_REVIEWER',
      message: `An incident is reviewed by security${owner === undefined ? '' : ` or by ${owner}`}, and you are of neither: ask one of them.`,
    };
  const { people, issuers } = await handsIn(tx, incident);
  if (people.has(person.principal))
    return { code: 'OWN_INCIDENT', message: 'You asked or invoked in this incident: somebody else has to review it.' };
  // Somebody who is unknown where a request was made could be the one who made it.
  const { providers } = approverOf(person);
  const unlinked = issuers.find((issuer) => !providers.includes(issuer));
  if (unlinked === undefined) return { as: person.roles.has('security') ? 'security' : 'owner' };
  return {
    code: 'IDENTITY_UNLINKED',
    message: `It cannot be told whether you asked in this incident: link your account at ${unlinked} to this one first.`,
  };
}

/** Everybody who asked or invoked, as the people that they are known to be now, and where they asked. */
export async function handsIn(
  tx: Transaction,
  { id }: IncidentRow,
): Promise<{ readonly people: ReadonlySet<string>; readonly issuers: readonly string[] }> {
  const principals: string[] = [];
  const issuers: string[] = [];
  for (const { approval_id: approvalId, principal } of await tx.incidents.invocationsOf(id)) {
    const requests = await tx.approvals.requestsOf(approvalId);
    principals.push(principal, ...(await Promise.all(requests.map((request) => askersOf(tx, request)))).flat());
    issuers.push(...requests.map(({ issuer }) => issuer));
  }
  const people = new Set<string>();
  for (const principal of principals) people.add(await tx.principals.resolve(principal));
  return { people, issuers };
}

async function record(
  deps: Pick<InvokeDeps, 'append'>,
  tx: Transaction,
  { reviewing, incident, as }: { reviewing: Reviewing; incident: IncidentRow; as: 'security' | 'owner' },
): Promise<void> {
  const { reviewer, reason } = reviewing;
  const { id, project, entitlement, invocations } = incident;
  if (!(await tx.incidents.review({ id, reviewer: reviewer.principal, at: tx.now })))
    throw refused('NOT_FOUND', NOTHING);
  const { name, identity, stepUp } = approverOf(reviewer);
  await deps.append(tx, {
    type: 'break-glass.reviewed',
    fields: {
      ...{ project, entitlement, incident_id: id, opened_at: isoTime(incident.opened_at), invocations },
      ...{ reviewer: reviewer.principal, as, step_up: stepUp ?? 'none' },
    },
    personal: { reviewer_identity: identity, reviewer_name: name, reason },
  });
}
