// The rows beside the log that its entries vouch for, as the store keeps them and an export writes them: which tables, and
// which of their columns. No column holds a secret; those that do (sealed handles and keys, hashes of request secrets) are left out.

export type KeptValue = string | number | null;
export type KeptRow = Readonly<Record<string, KeptValue>>;

/** Each table with its columns; rows are ordered by the first `key` of them. */
export const KEPT_TABLES = {
  signing_keys: {
    key: 1,
    columns: ['id', 'purpose', 'algorithm', 'public_key', 'created_at', 'state', 'changed_at', 'changes_at'],
  },
  policy_documents: { key: 2, columns: ['digest', 'file', 'project', 'text', 'loaded_at'] },
  policy_sets: { key: 1, columns: ['digest', 'members', 'loaded_at'] },
  policy_in_force: { key: 1, columns: ['id', 'sequence', 'digest', 'since'] },
  suspensions: {
    key: 1,
    columns: ['id', 'scope', 'target', 'reason', 'since', 'paused_by', 'resume_by', 'resume_at', 'resume_reason'],
  },
  revocations: {
    key: 1,
    columns: ['id', 'scope', 'target', 'ordered_by', 'ordered_at', 'leases', 'ended', 'finished_at'],
  },
  requests: {
    key: 1,
    columns: [
      ...['id', 'origin', 'requester', 'issuer', 'repository_id', 'job_key', 'project', 'entitlement', 'parameters'],
      ...['state', 'policy_digest', 'decision', 'subject', 'repeats', 'created_at', 'updated_at'],
    ],
  },
  approvals: {
    key: 1,
    columns: [
      ...['id', 'request_id', 'project', 'entitlement', 'binding', 'state', 'needed', 'issuances', 'used'],
      ...['created_at', 'expires_at', 'decided_at'],
    ],
  },
  verdicts: { key: 2, columns: ['approval_id', 'principal', 'verdict', 'at'] },
  approval_requests: { key: 1, columns: ['request_id', 'approval_id', 'used_at'] },
  incidents: {
    key: 1,
    columns: ['id', 'project', 'entitlement', 'opened_at', 'ends_at', 'invocations', 'reviewed_at', 'reviewer'],
  },
  invocations: { key: 1, columns: ['id', 'incident_id', 'approval_id', 'principal', 'number', 'at'] },
  grants: {
    key: 1,
    columns: [
      ...['id', 'request_id', 'issuance_id', 'lease_id', 'rule', 'ttl', 'policy_digest', 'set_digest'],
      ...['made_at', 'expires_at', 'redeemed_at', 'ended_by'],
    ],
  },
  issuances: {
    key: 1,
    columns: ['id', 'request_id', 'grant_id', 'lease_id', 'kind', 'state', 'started_at', 'ended_at'],
  },
  leases: {
    key: 1,
    columns: [
      ...['id', 'issuance_id', 'request_id', 'job_key', 'kind', 'state', 'revocation'],
      ...['issued_at', 'ends_at', 'upstream_expires_at', 'key_id', 'check_run_id', 'revoked_at'],
    ],
  },
} as const satisfies Readonly<Record<string, { key: number; columns: readonly string[] }>>;

export type KeptTable = keyof typeof KEPT_TABLES;
export const KEPT_TABLE_NAMES = Object.keys(KEPT_TABLES) as readonly KeptTable[];
