// Entries of the issuance log: one strict schema for each type, from which docs/log-format.md is generated.
// A leaf is the canonical JSON (RFC 8785) of an entry. Personal fields stand in it as salted commitments only, so that they
// can be erased later without touching the tree; `nonce` keeps public leaf hashes from being guessed.
import { z } from 'zod';
import type { Subject } from '../model.ts';
import { DECOY_ENTRIES } from './decoy-entries.ts';
import { id, order, PEOPLE_ENTRIES, stepUp, time } from './people-entries.ts';
import { POLICY_ENTRIES } from './policy-entries.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const subject = {
  issuer: z.string(),
  repository: z.string(),
  repository_id: id,
  repository_owner_id: id,
  ref: z.string(),
  sha: z.string(),
  environment: z.string().optional(),
  event_name: z.string(),
  workflow_ref: z.string(),
  job_workflow_ref: z.string(),
  run_id: id,
  run_attempt: id,
  check_run_id: id.optional(),
  runner_environment: z.string().optional(),
};

const ask = { request_id: id, project: z.string(), entitlement: z.string() };
/** `requests` are those whose state it changes. */
const approval = { ...ask, approval_id: id, requests: z.array(id) };
const issuance = { ...ask, issuance_id: id, kind: z.string() };
const lease = { ...ask, issuance_id: id, lease_id: id };
const key = { key_id: z.string(), purpose: z.enum(['credential', 'log']), algorithm: z.string() };
const keyState = z.enum(['next', 'current', 'previous', 'retired', 'withdrawn']);
const PAUSE_SCOPES = ['everything', 'project', 'entitlement', 'principal'] as const;
const pause = { pause_id: id, scope: z.enum(PAUSE_SCOPES), ...order };
const assurance = z.enum(['automated', 'self-approved', 'approved', 'break-glass']);
const revocation = z.enum(['immediate', 'at-expiry', 'none']);

/** What was asked of GitHub for the decision, and what came of it; about whom it was stands in the personal fields. */
const facts = z
  .array(
    z.strictObject({
      fact: z.enum(['run', 'commit-author', 'policy-author', 'protected-environment', 'requester']),
      team: z.string().optional(),
      commit: z.string().optional(),
      found: z.enum(['live', 'ended', 'known', 'yes', 'no', 'unavailable']),
    }),
  )
  .optional();

/** The fields of each type, beside those that every entry has. */
export const ENTRY_FIELDS = {
  'request.pending': z.strictObject({
    ...ask,
    ...subject,
    policy_digest: digest,
    organization_digest: digest.nullable(),
    rule: z.int(),
    ttl: z.int().nullable(),
    facts,
    approval_id: id,
    ...{ binding: digest, by: z.array(z.string()), needed: z.int(), issuances: z.int(), expires_at: time },
    break_glass: z.array(z.string()).optional(),
  }),
  'request.withdrawn': z.strictObject({
    ...ask,
    approval_id: id,
    by: z.enum(['job', 'requester', 'newer-request']),
    approval_ended: z.boolean(),
  }),
  'approval.verdict': z.strictObject({
    ...approval,
    binding: digest,
    verdict: z.enum(['approve', 'reject']),
    approver: id,
    team: z.string(),
    step_up: stepUp,
    self: z.boolean(),
    approval: z.enum(['pending', 'approved', 'rejected']),
    expires_at: time,
  }),
  'approval.expired': z.strictObject(approval),
  'approval.void': z.strictObject({ ...approval, because: z.string() }),
  // In the place of approvals: everybody is told, and it is shut after the incident until it was reviewed.
  'break-glass.invoked': z.strictObject({
    ...approval,
    binding: digest,
    invocation_id: id,
    ...{ incident_id: id, number: z.int().min(1), incident_ends_at: time },
    ...{ invoker: id, team: z.string(), step_up: stepUp, self: z.boolean() },
    notify: z.array(z.string()),
    expires_at: time,
  }),
  'break-glass.reviewed': z.strictObject({
    ...{ project: z.string(), entitlement: z.string(), incident_id: id, opened_at: time },
    invocations: z.int().min(1),
    ...{ reviewer: id, as: z.enum(['security', 'owner']), step_up: stepUp },
  }),
  'request.decided': z.strictObject({
    ...ask,
    ...subject,
    decision: z.enum(['permit', 'deny']),
    approvals: z.array(id).optional(),
    ...{ invocation_id: id.optional(), renews: id.optional(), session_ends_at: time.optional() },
    policy_digest: digest,
    organization_digest: digest.nullable(),
    rule: z.int().optional(),
    ttl: z.int().nullable().optional(),
    grant_id: id.optional(),
    grant_expires_at: time.optional(),
    facts,
    reasons: z
      .array(z.strictObject({ code: z.string(), rule: z.int().optional(), condition: z.string().optional() }))
      .optional(),
  }),
  'request.misused': z.strictObject({
    ...ask,
    ...subject,
    code: z.enum(['REQUEST_MISMATCH', 'REQUEST_OF_ANOTHER_JOB']),
  }),
  'request.replayed': z.strictObject({ ...subject, token_id: z.string() }),
  'issuance.started': z.strictObject({
    ...issuance,
    grant_id: id,
    lease_id: id,
    policy_digest: digest,
    rule: z.int(),
    run_id: id,
    run_attempt: id,
  }),
  'issuance.succeeded': z.strictObject({
    ...issuance,
    ...subject,
    lease_id: id,
    policy_digest: digest,
    rule: z.int(),
    approvals: z.array(id),
    invocation_id: id.optional(),
    assurance,
    fingerprint: digest.optional(),
    kept_at: z.strictObject({ path: z.string(), version: z.string() }).optional(),
    provenance: z.strictObject({ system: z.string(), id: z.string().optional() }).optional(),
    // Of the broker's own key, where it signed the credential itself.
    key_id: z.string().optional(),
    revocation,
    ends_at: time.nullable(),
    upstream_expires_at: time.nullable(),
  }),
  'issuance.failed': z.strictObject({ ...issuance, reason: z.string() }),
  'issuance.unknown': z.strictObject({
    ...issuance,
    reason: z.string(),
    may_live_until: time
      .nullable()
      .optional()
      .describe(
        'When a credential that the other side may have made has died at the latest; null where it may never die. Nobody holds it, so nobody can revoke it before.',
      ),
  }),
  'issuance.withheld': z.strictObject({
    ...issuance,
    lease_id: id,
    reason: z.string(),
    key_id: z.string().optional(),
    revocation,
    ends_at: time.nullable(),
    upstream_expires_at: time.nullable(),
  }),
  'issuance.redelivered': z.strictObject({ ...issuance, lease_id: id }),
  // `by` where it was not the job: whoever showed the token itself.
  'lease.returned': z.strictObject({
    ...{ ...lease, revocation, upstream_expires_at: time.nullable() },
    by: z.literal('token').optional(),
  }),
  'lease.expired': z.strictObject({ ...lease, ends_at: time.nullable() }),
  'lease.revoked': z.strictObject({ ...lease }),
  'lease.revocation_failed': z.strictObject({ ...lease, attempt: z.int(), next_attempt_at: time }),
  // Ended before its time, and what that means for its credential: only `lease.revoked` says that it is no longer good.
  'lease.ended': z.strictObject({
    ...lease,
    because: z.enum(['revocation-ordered', 'job-ended', 'key-compromised']),
    revocation_id: id.optional(),
    key_id: z.string().optional(),
    revocation,
    upstream_expires_at: time.nullable(),
  }),
  // What was being issued on it is handed to nobody: security revoked meanwhile, or its job is over.
  'grant.ended': z.strictObject({
    ...ask,
    grant_id: id,
    because: z.enum(['revocation-ordered', 'job-ended']),
    revocation_id: id.optional(),
  }),
  // It was to be revoked, nobody confirmed that, and now its own end has come.
  'lease.died': z.strictObject({ ...lease, attempts: z.int(), upstream_expires_at: time }),
  // Of a person: with how many of their sessions it ended.
  'access.paused': z.strictObject({ ...pause, sessions: z.int().optional() }),
  'access.resume_proposed': z.strictObject({ ...pause, ends_at: time }),
  'access.resumed': z.strictObject({ ...pause, alone: z.boolean() }),
  'access.revocation_ordered': z.strictObject({
    revocation_id: id,
    scope: z.enum([...PAUSE_SCOPES, 'lease', 'repository', 'commit', 'called-workflow']),
    ...order,
    leases: z.int(),
    // Credentials that were being made then: the grant of each has an entry of its own.
    under_way: z.int().optional(),
    pause_id: id.optional(),
  }),
  'access.revocation_finished': z.strictObject({ revocation_id: id, project: z.string().optional(), ended: z.int() }),
  ...DECOY_ENTRIES,
  ...POLICY_ENTRIES,
  'key.created': z.strictObject({
    ...key,
    public_key: z.string(),
    created_at: time,
    // Those that `keys create` made sign from the first start on, and have none of these.
    state: z.enum(['next', 'current']).optional(),
    changes_at: time.nullable().optional(),
    because: z.enum(['asked', 'schedule', 'configuration', 'compromised']).optional(),
    // Of a key of the log: what whoever follows the log from key to key trusts from here on.
    verifier_key: z.string().optional(),
  }),
  // A new key is at the issuer's own site, where relying parties read it: it may sign once their caches have it.
  'key.seen': z.strictObject({ ...key, issuer: z.string(), changes_at: time }),
  'key.rotated': z.strictObject({
    ...key,
    from: keyState,
    state: keyState,
    changes_at: time.nullable(),
    because: z.enum(['due', 'replaced', 'compromised']),
  }),
  ...PEOPLE_ENTRIES,
  'entry.erased': z.strictObject({ erased_index: z.int().min(0), fields: z.array(z.string()).min(1) }),
} as const;

export type EntryType = keyof typeof ENTRY_FIELDS;
export type EntryFields<T extends EntryType> = z.infer<(typeof ENTRY_FIELDS)[T]>;

/** What somebody wants to append. `personal` values are kept beside the entry, committed to in it. */
export interface EntryDraft<T extends EntryType = EntryType> {
  readonly type: T;
  readonly fields: EntryFields<T>;
  readonly personal?: Readonly<Record<string, string | undefined>>;
}

/** The claims of a subject under their own names, absent ones left out. */
export function subjectFields(of: Subject): z.infer<z.ZodObject<typeof subject>> {
  return {
    issuer: of.issuer,
    repository: of.repository,
    repository_id: of.repositoryId,
    repository_owner_id: of.repositoryOwnerId,
    ref: of.ref,
    sha: of.sha,
    event_name: of.eventName,
    workflow_ref: of.workflowRef,
    job_workflow_ref: of.jobWorkflowRef,
    run_id: of.runId,
    run_attempt: of.runAttempt,
    ...(of.environment === undefined ? {} : { environment: of.environment }),
    ...(of.checkRunId === undefined ? {} : { check_run_id: of.checkRunId }),
    ...(of.runnerEnvironment === undefined ? {} : { runner_environment: of.runnerEnvironment }),
  };
}

/** Who asked, as personal fields: the immutable id and the name it had then. */
export function requesterFields(of: Subject): { requester: string; requester_name: string } {
  return { requester: of.actorId, requester_name: of.actor };
}

export const isoTime = (at: number): string => new Date(at).toISOString();
