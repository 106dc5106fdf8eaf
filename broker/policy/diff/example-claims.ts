// A job that is decided differently, by the names that its claims have in a token: to look at, or to try with `policy explain`.
import type { Witness } from './difference.ts';

export function exampleClaims({ subject, now }: Witness): Readonly<Record<string, string>> {
  const claims: Readonly<Record<string, string | undefined>> = {
    repository: subject.repository,
    repository_id: subject.repositoryId,
    repository_visibility: subject.repositoryVisibility,
    event_name: subject.eventName,
    ref: subject.ref,
    ref_type: subject.refType,
    ref_protected: String(subject.refProtected),
    base_ref: subject.baseRef,
    environment: subject.environment,
    workflow_ref: subject.workflowRef,
    job_workflow_ref: subject.jobWorkflowRef,
    job_workflow_sha: subject.jobWorkflowSha,
    actor_id: subject.actorId,
    runner_environment: subject.runnerEnvironment,
    ...subject.claims,
    time: new Date(now).toISOString(),
  };
  const given = Object.entries(claims).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(given) as Record<string, string>;
}
