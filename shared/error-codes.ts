// Every stable code that a caller can meet. Codes are never renamed or reused; docs/http-api.md explains each.

/** With `invalid_request` (and `invalid_scope`, `invalid_target`, `unsupported_grant_type`): the ask was wrong. */
export const REQUEST_CODES = [
  'PARAMETER_INVALID',
  'REQUEST_SECRET_INVALID',
  'TOKEN_MALFORMED',
  'TOKEN_SIGNATURE_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_TOO_OLD',
  'TOKEN_NOT_YET_VALID',
  'TOKEN_REPLAYED',
  'AUDIENCE_MISMATCH',
  'ISSUER_UNTRUSTED',
  'OWNER_NOT_ALLOWED',
  'REQUEST_MISMATCH',
  'REQUEST_OF_ANOTHER_JOB',
  'REQUEST_SPENT',
] as const;

/** In `reasons` of `access_denied`: the policy, or what it needs, says no. */
export const REASON_CODES = [
  'ENTITLEMENT_UNKNOWN',
  'REPOSITORY_MOVED',
  'EVENT_NOT_ALLOWED',
  'POLICY_NO_MATCH',
  'TTL_TOO_LONG',
  'TTL_TOO_SHORT',
  'JOB_LIMIT_REACHED',
  'SUSPENDED',
  'OBSERVE_ONLY',
  'FROZEN',
  'ENTITLEMENT_EXPIRED',
  'WAIVER_EXPIRED',
  'APPROVAL_UNAVAILABLE',
  'FACT_UNAVAILABLE',
  'PROVIDER_UNAVAILABLE',
  'APPROVAL_REJECTED',
  'APPROVAL_EXPIRED',
  'APPROVAL_VOID',
  'BREAK_GLASS_SHUT',
  'WITHDRAWN',
] as const;

/** With `temporarily_unavailable`, `server_error` and on routes outside `/v1/token`. */
export const OTHER_CODES = [
  'ISSUANCE_IN_PROGRESS',
  'ISSUER_UNREACHABLE',
  'STORE_UNAVAILABLE',
  'POLICY_LOADING',
  'PAUSED',
  'SHUTTING_DOWN',
  'UPSTREAM_FAILED',
  'AUTHORIZATION_MISSING',
  'APPROVAL_CHANGED',
  'APPROVAL_DECIDED',
  'NOT_AN_APPROVER',
  'OWN_REQUEST',
  'IDENTITY_UNLINKED',
  'JOB_GONE',
  'NOT_AN_INVOKER',
  'NOT_A_REVIEWER',
  'OWN_INCIDENT',
  'INCIDENT_CHANGED',
  'REQUEST_MALFORMED',
  'REQUEST_TIMEOUT',
  'HEADERS_TOO_LARGE',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CONTENT_TYPE_UNSUPPORTED',
  'BODY_TOO_LARGE',
  'RATE_LIMITED',
  'OVERLOADED',
  'SIGN_IN_REQUIRED',
  'CROSS_SITE',
  'STEP_UP_REQUIRED',
  'TEAM_UNCONFIRMED',
  'SIGN_IN_REFUSED',
  'SIGN_IN_EXPIRED',
  'SIGN_IN_FAILED',
  'SIGN_IN_UNAVAILABLE',
  'PASSKEY_REFUSED',
  'INTERNAL',
] as const;

export type RequestCode = (typeof REQUEST_CODES)[number];
export type ReasonCode = (typeof REASON_CODES)[number];
export type ErrorCode = RequestCode | ReasonCode | (typeof OTHER_CODES)[number];
