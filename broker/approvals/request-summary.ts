// A request as a line of a list: what is asked, by which job, and until when it can be decided.
import type { RequestSummary } from '../../shared/people-api.ts';
import { isoTime } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { approvers } from './approval.ts';

/** The address of the pages of an issuer's GitHub, such as https://github.com; undefined where there is none. */
export type WebOf = (issuer: string) => string | undefined;

export interface Viewing {
  readonly policies: PolicySet;
  readonly webOf: WebOf;
}

export async function summaryOf(tx: Transaction, row: RequestRow, viewing: Viewing): Promise<RequestSummary> {
  const entitlement = viewing.policies.projects.get(row.project)?.entitlements.get(row.entitlement);
  const approval = await tx.approvals.ofRequest(row.id);
  const [, reason, ticket, assistedBy] = JSON.parse(row.parameters) as [unknown, string | null, string | null, string?];
  return {
    ...{ id: row.id, project: row.project, entitlement: row.entitlement, state: row.state },
    title: entitlement?.title ?? row.entitlement,
    ...(entitlement === undefined ? {} : { risk: entitlement.risk }),
    job: {
      ...jobOf(JSON.parse(row.subject) as Subject, viewing.webOf),
      ...startedAgain(row),
      ...written(row),
      ...policyChanged(row),
    },
    asked_at: isoTime(row.created_at),
    ...(approval !== undefined && isOpen(row) ? { expires_at: isoTime(approval.expires_at) } : {}),
    ...(reason === null ? {} : { reason }),
    ...(ticket === null ? {} : { ticket }),
    ...(assistedBy === undefined ? {} : { assisted_by: assistedBy }),
    // Where break-glass is the only way, there are no approvals to count.
    ...(approval === undefined || entitlement?.approval?.by.length === 0
      ? {}
      : { progress: await progressOf(tx, approval) }),
  };
}

async function progressOf(tx: Transaction, { id, needed }: ApprovalRow): Promise<RequestSummary['progress']> {
  return { approved: approvers(await tx.approvals.verdictsOn(id)).length, needed };
}

/** Kept with the decision, where GitHub was asked for it. */
function written({ decision }: RequestRow): Partial<RequestSummary['job']> {
  const kept = JSON.parse(decision) as Partial<Record<string, string>>;
  const {
    commit_author: authorId,
    commit_author_name: author,
    committer: committerId,
    committer_name: committer,
  } = kept;
  if (author === undefined || authorId === undefined || committer === undefined || committerId === undefined) return {};
  return { commit_author: author, commit_author_id: authorId, committer, committer_id: committerId };
}

/** The same, as `writtenBy` (requests/fact-fields.ts) keeps it. */
function policyChanged({ decision }: RequestRow): Pick<RequestSummary['job'], 'policy_authors'> {
  const { policy_authors: ids, policy_author_names: names } = JSON.parse(decision) as Partial<Record<string, string>>;
  if (ids === undefined || names === undefined) return {};
  const logins = names.split(' ');
  return { policy_authors: ids.split(' ').map((id, at) => ({ id, login: logins[at] ?? '' })) };
}

/** Kept with the decision, where GitHub was asked and named somebody else than the token does. */
function startedAgain({
  decision,
}: RequestRow): Pick<RequestSummary['job'], 'triggering_actor' | 'triggering_actor_id'> {
  const { triggering_actor: id, triggering_actor_name: name } = JSON.parse(decision) as Partial<Record<string, string>>;
  return id === undefined || name === undefined ? {} : { triggering_actor: name, triggering_actor_id: id };
}

const isOpen = ({ state }: RequestRow): boolean => state === 'pending' || state === 'approved';

function jobOf(subject: Subject, webOf: WebOf): RequestSummary['job'] {
  const web = webOf(subject.issuer);
  const repository = web === undefined ? undefined : `${web}/${subject.repository}`;
  return {
    ...{ issuer: subject.issuer, repository: subject.repository, ref: subject.ref, sha: subject.sha },
    ...(subject.environment === undefined ? {} : { environment: subject.environment }),
    ...{ event_name: subject.eventName, workflow_ref: subject.workflowRef },
    ...{ run_id: subject.runId, run_attempt: subject.runAttempt, actor: subject.actor, actor_id: subject.actorId },
    ...(repository === undefined
      ? {}
      : {
          repository_url: repository,
          commit_url: `${repository}/commit/${encodeURIComponent(subject.sha)}`,
          run_url: `${repository}/actions/runs/${encodeURIComponent(subject.runId)}`,
        }),
  };
}
