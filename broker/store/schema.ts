// The tables as the queries see them. Times are epoch milliseconds by the store's clock, JSON and hashes are text
// (hashes in base64), so that PostgreSQL could run the same statements.
import type { Kysely } from 'kysely';

export type Database = Kysely<Schema>;

export interface Schema {
  meta: { key: string; value: string };
  principals: { id: string; kind: string; created_at: number; merged_into: string | null };
  identities: { provider: string; provider_id: string; principal_id: string; name: string | null };
  sessions: SessionRow;
  passkeys: PasskeyRow;
  subject_tokens: { issuer: string; token_id: string; expires_at: number; replays: number };
  policy_documents: { digest: string; file: string; project: string | null; text: string; loaded_at: number };
  policy_sets: { digest: string; members: string; loaded_at: number };
  policy_in_force: { id: number; sequence: number; digest: string; since: number };
  suspensions: SuspensionRow;
  revocations: RevocationRow;
  requests: RequestRow;
  approvals: ApprovalRow;
  verdicts: VerdictRow;
  approval_requests: { request_id: string; approval_id: string; used_at: number | null };
  incidents: IncidentRow;
  invocations: InvocationRow;
  request_secrets: { secret_hash: string; request_id: string; parameters: string };
  said_once: { key: string };
  grants: GrantRow;
  issuances: IssuanceRow;
  leases: LeaseRow;
  sealed_answers: { request_id: string; sealed: string; delete_at: number };
  outbox: OutboxRow;
  tree_head: { id: number; size: number; edge: string };
  log_entries: LogEntryRow;
  entry_personal: { entry_index: number; field: string; salt: string; value: string };
  log_tiles: { level: number; tile: number; hashes: string; root: string };
  checkpoints: { size: number; time: number; note: string };
  signing_keys: SigningKeyRow;
}

/** `pending` until people decided, `approved` until the job collects; the rest of the first line ends without a credential. */
export type RequestState =
  | ('denied' | 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'void')
  | ('granted' | 'issuing' | 'issued' | 'failed' | 'unknown');

/** `invoked`: somebody used break-glass in the place of approvals. */
export type ApprovalState = 'pending' | 'approved' | 'invoked' | 'rejected' | 'expired' | 'withdrawn' | 'void';

export interface ApprovalRow {
  id: string;
  /** the request that it was opened for; its requester is who may not approve */
  request_id: string;
  project: string;
  entitlement: string;
  /** of the entitlement that people were asked about: its terms are read from the policy in force, never from here */
  entitlement_digest: string;
  /** hex SHA-256 of what was asked (approvals/binding.ts) */
  binding: string;
  state: ApprovalState;
  /** how many must approve */
  needed: number;
  /** how many credentials it is good for, and how many it was spent on */
  issuances: number;
  used: number;
  created_at: number;
  expires_at: number;
  decided_at: number | null;
}

export interface VerdictRow {
  approval_id: string;
  principal: string;
  verdict: 'approve' | 'reject';
  at: number;
}

/** A break-glass incident: from the first invocation to its end, and shut from then on until it was reviewed. */
export interface IncidentRow {
  id: string;
  project: string;
  entitlement: string;
  opened_at: number;
  ends_at: number;
  /** how many there were in it */
  invocations: number;
  reviewed_at: number | null;
  reviewer: string | null;
}

export interface InvocationRow {
  id: string;
  incident_id: string;
  /** what people were asked to approve, and it stands in the place of */
  approval_id: string;
  principal: string;
  /** its place among those of the incident, from 1 */
  number: number;
  at: number;
}

export interface RequestRow {
  id: string;
  origin: 'job' | 'person' | 'program';
  requester: string | null;
  issuer: string;
  repository_id: string;
  job_key: string;
  project: string;
  entitlement: string;
  parameters: string;
  state: RequestState;
  policy_digest: string;
  decision: string;
  subject: string;
  repeats: number;
  created_at: number;
  updated_at: number;
}

export interface GrantRow {
  id: string;
  request_id: string;
  issuance_id: string;
  lease_id: string;
  rule: number;
  ttl: number | null;
  policy_digest: string;
  set_digest: string;
  made_at: number;
  expires_at: number;
  redeemed_at: number | null;
  /** the order of revocation, or `job-ended`, that ended it while it was under way: nobody is handed what comes of it */
  ended_by: string | null;
}

export interface IssuanceRow {
  id: string;
  request_id: string;
  grant_id: string;
  lease_id: string;
  kind: string;
  state: 'started' | 'succeeded' | 'failed' | 'unknown' | 'withheld';
  started_at: number;
  ended_at: number | null;
}

export interface LeaseRow {
  id: string;
  issuance_id: string;
  request_id: string;
  job_key: string;
  kind: string;
  /** `ended`: by an order of revocation, or because its job is over; `withheld`: never handed out, to be revoked where that can be */
  state: 'live' | 'returned' | 'expired' | 'ended' | 'withheld';
  revocation: 'immediate' | 'at-expiry' | 'none';
  issued_at: number;
  ends_at: number | null;
  upstream_expires_at: number | null;
  sealed_handle: string | null;
  /** of the signing key of ours that signed it; null where another system made it */
  key_id: string | null;
  /** the job by the name that its platform gives it; null where it gives none */
  check_run_id: string | null;
  /** when the other side confirmed that the credential is no longer good */
  revoked_at: number | null;
}

/** What a pause or a revocation is about. `target` is empty for everything. */
export type PauseScope = 'everything' | 'project' | 'entitlement' | 'principal';
export type RevocationScope = PauseScope | 'lease' | 'repository' | 'commit' | 'called-workflow';

export interface SuspensionRow {
  id: string;
  scope: PauseScope;
  target: string;
  reason: string;
  since: number;
  /** null for the operator at the machine */
  paused_by: string | null;
  /** who proposed to resume, when and why; without a time nobody did, without somebody it was the operator */
  resume_by: string | null;
  resume_at: number | null;
  resume_reason: string | null;
}

/** An order to end every lease that was live then and that it names. */
export interface RevocationRow {
  id: string;
  scope: RevocationScope;
  target: string;
  /** null for the operator at the machine */
  ordered_by: string | null;
  ordered_at: number;
  /** it names what was issued until then: a clock that was put back hides nothing that was live */
  reach: number;
  /** how many it named then */
  leases: number;
  /** how many it has ended so far: the others ended by themselves before */
  ended: number;
  finished_at: number | null;
}

export interface SessionRow {
  token_hash: string;
  id: string;
  /** `command-line`: of a person's shell, which reads with it and takes back their own requests, and nothing else */
  kind: 'browser' | 'command-line';
  principal_id: string;
  /** the sign-in provider that it began with */
  provider: string;
  proofs: string;
  started_at: number;
  seen_at: number;
  ends_at: number;
  stepped_up_at: number | null;
  step_up_method: 'passkey' | 'provider' | null;
  challenge: string | null;
}

export interface PasskeyRow {
  id: string;
  credential_id: string;
  principal_id: string;
  name: string;
  public_key: string;
  counter: number;
  transports: string;
  created_at: number;
  used_at: number | null;
}

export interface OutboxRow {
  id: string;
  kind: string;
  payload: string;
  due_at: number;
  attempts: number;
  claimed_until: number | null;
}

export interface LogEntryRow {
  entry_index: number;
  id: string;
  time: number;
  type: string;
  project: string | null;
  request_id: string | null;
  leaf: string;
  leaf_hash: string;
}

/**
 * `next` is published and does not sign yet, `current` signs, `previous` is published for what it signed, `retired` is published
 * no longer; `withdrawn` leaked, and was taken back at once.
 */
export type KeyState = 'next' | 'current' | 'previous' | 'retired' | 'withdrawn';

export interface SigningKeyRow {
  id: string;
  purpose: 'credential' | 'log';
  algorithm: 'ES256' | 'RS256' | 'EdDSA';
  public_key: string;
  /** the private half, or where else it is; empty once nothing needs it */
  sealed_private_key: string;
  created_at: number;
  state: KeyState;
  /** when it came into its state */
  changed_at: number;
  /** when the next state is due; null where none is, or where a new key waits to be seen at the issuer's site */
  changes_at: number | null;
}
