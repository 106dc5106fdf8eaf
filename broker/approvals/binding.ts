// What an approval is bound to: one digest over everything that was asked. With one of these things different it is another
// ask, and an approval of this one is no approval of that one (P4, threat T29).
import { canonicalJson } from '../../shared/canonical-json.ts';
import { textDigest } from '../../shared/log-digests.ts';
import type { NeedsApproval, Subject } from '../model.ts';

export interface Bound {
  readonly subject: Subject;
  /** the job as such: two jobs of one run are different ones */
  readonly jobKey: string;
  readonly decision: NeedsApproval;
  readonly reason: string | undefined;
  readonly ticket: string | undefined;
  readonly assistedBy: string | undefined;
}

/** Hex SHA-256 over canonical JSON (RFC 8785); a claim that is absent is not the same as an empty one. */
export function bindingOf({ subject, jobKey, decision, reason, ticket, assistedBy }: Bound): string {
  const { project, entitlement, ttl, terms } = decision;
  return textDigest(
    canonicalJson({
      v: 1,
      covers: terms.covers,
      // A plan is one run until people start several runs by one; whoever covers a run covers its jobs.
      job: terms.covers === 'job' ? jobKey : null,
      issuer: subject.issuer,
      repository_id: subject.repositoryId,
      sha: subject.sha,
      ref: subject.ref,
      workflow_ref: subject.workflowRef,
      job_workflow_ref: subject.jobWorkflowRef,
      environment: subject.environment ?? null,
      event_name: subject.eventName,
      run_id: subject.runId,
      run_attempt: subject.runAttempt,
      actor_id: subject.actorId,
      project: project.name,
      entitlement: entitlement.name,
      entitlement_digest: terms.entitlementDigest,
      ttl,
      reason: reason ?? null,
      ticket: ticket ?? null,
      ...(assistedBy === undefined ? {} : { assisted_by: assistedBy }),
    }),
  );
}
