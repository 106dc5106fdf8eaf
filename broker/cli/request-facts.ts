// One request as the command line tells it, from its rows and its entries: the same for people and for programs.
import { saidOn } from '../approvals/said.ts';
import { timelineOf } from '../approvals/timeline.ts';
import { standingOf } from '../issuance/lease-standing.ts';
import { isoTime } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';

export type RequestFacts = Awaited<ReturnType<typeof factsOf>>;
export type RequestStory = Awaited<ReturnType<typeof storyOf>>;

/** For a line of a list. */
export async function factsOf(tx: Transaction, row: RequestRow, brokerUrl: string) {
  const subject = JSON.parse(row.subject) as Subject;
  const [, reason, ticket, assistedBy] = JSON.parse(row.parameters) as [unknown, string | null, string | null, string?];
  const approval = await tx.approvals.ofRequest(row.id);
  const waits = row.state === 'pending' || row.state === 'approved';
  return {
    ...{ id: row.id, project: row.project, entitlement: row.entitlement, state: row.state },
    asked_at: isoTime(row.created_at),
    ...(waits && approval !== undefined ? { expires_at: isoTime(approval.expires_at) } : {}),
    ...{ issuer: subject.issuer, repository: subject.repository, ref: subject.ref, sha: subject.sha },
    ...(subject.environment === undefined ? {} : { environment: subject.environment }),
    ...{ event_name: subject.eventName, workflow_ref: subject.workflowRef },
    ...{ run_id: subject.runId, run_attempt: subject.runAttempt, actor: subject.actor, actor_id: subject.actorId },
    ...(reason === null ? {} : { reason }),
    ...(ticket === null ? {} : { ticket }),
    ...(assistedBy === undefined ? {} : { assisted_by: assistedBy }),
    request_url: `${brokerUrl}/requests/${row.id}`,
  };
}

/** All that is known of one. */
export async function storyOf(tx: Transaction, row: RequestRow, brokerUrl: string) {
  const { summary = '' } = JSON.parse(row.decision) as { summary?: string };
  const approval = await tx.approvals.ofRequest(row.id);
  const lease = await leaseFacts(tx, row);
  return {
    ...(await factsOf(tx, row, brokerUrl)),
    summary,
    policy_digest: row.policy_digest,
    ...(lease === undefined ? {} : { lease }),
    ...(approval === undefined ? {} : { approval: await approvalFacts(tx, row, approval) }),
    timeline: await timelineOf(tx, row.id),
  };
}

/** What `revoke --lease` needs, and what is left to revoke. */
async function leaseFacts(tx: Transaction, row: RequestRow) {
  const lease = await tx.leases.ofRequest(row.id);
  if (lease === undefined) return undefined;
  const { id, issuance_id, state } = lease;
  return { id, issuance_id, state, credential: standingOf(lease, await tx.outbox.revocationOf(id), tx.now) };
}

async function approvalFacts(tx: Transaction, row: RequestRow, approval: ApprovalRow) {
  const { id, state, binding, needed, issuances, used } = approval;
  const verdicts = await saidOn(tx, row.id);
  return {
    ...{ id, state, by: await deciders(tx, approval), needed, issuances, used, binding },
    verdicts: verdicts.map(({ name, approver, team, verdict, reason, at, stepUp, entry }) => ({
      ...{ verdict, principal: approver, team, at, step_up: stepUp, entry },
      ...(name === undefined ? {} : { name }),
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}

/** The teams that were asked, as the entry has them: the policy in force may name others by now. */
async function deciders(tx: Transaction, { id, request_id: request }: ApprovalRow): Promise<readonly string[]> {
  for (const { type, leaf } of await tx.log.entriesOfRequest(request)) {
    const fields = JSON.parse(leaf) as { approval_id?: string; by?: readonly string[] };
    if (type === 'request.pending' && fields.approval_id === id) return fields.by ?? [];
  }
  return [];
}
