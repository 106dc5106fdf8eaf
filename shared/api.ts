// The wire: what `/v1/token`, `/v1/explain` and `/v1/leases` answer, once, for broker and action alike.
// The action parses every answer with these schemas before it believes a word of it; sizes are capped there first.
import { z } from 'zod';

export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** `project/entitlement`; both [a-z0-9-], at most 40 characters. */
export const SCOPE_FORM = /^([a-z0-9-]{1,40})\/([a-z0-9-]{1,40})$/;
/** 128 random bits or more, base64url. */
export const REQUEST_SECRET_FORM = /^[A-Za-z0-9_-]{22,128}$/;
/** As many as we make of them ourselves. */
export const REQUEST_SECRET_BYTES = 32;

const text = (max: number) => z.string().max(max);
/** Ids stand in addresses, outputs and pages: no dot, slash, space or sign that means something there. */
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);

export const receiptSchema = z.object({ entry: text(65_536), proof: text(16_384) });

export const issuedSchema = z.object({
  access_token: text(65_536).min(1),
  issued_token_type: text(200),
  token_type: z.enum(['Bearer', 'N_A']),
  expires_in: z.int().min(0),
  scope: text(100),
  issuance_id: id,
  request_id: id.optional(),
  request_url: text(2_048).optional(),
  lease_id: id,
  assurance: z.enum(['automated', 'self-approved', 'approved', 'break-glass']),
  receipt: receiptSchema,
  /** the secret values, by name */
  credential: z.record(text(100), text(65_536)),
  /** what goes with them and is no secret: a region, a tenant, the address of a cluster */
  details: z.record(text(100), text(65_536)).optional(),
});

export const reasonSchema = z.object({
  code: text(60),
  message: text(4_096).optional(),
  rule: z.int().optional(),
  condition: text(200).optional(),
  expected: text(2_048).optional(),
  got: text(2_048).optional(),
});

/** Any answer of `/v1/token` that is not a credential (RFC 6749 §5.2, RFC 8628 §3.5). */
export const refusalSchema = z.object({
  error: text(60),
  error_description: text(4_096).optional(),
  code: text(60).optional(),
  request_id: text(100).optional(),
  request_url: text(2_048).optional(),
  reasons: z.array(reasonSchema).max(500).optional(),
  interval: z.int().min(0).max(3_600).optional(),
  request_secret: z.string().regex(REQUEST_SECRET_FORM).optional(),
  expires_in: z.int().min(0).optional(),
});

export const explanationSchema = z.object({
  decision: z.enum(['permit', 'deny', 'approval']),
  reasons: z.array(reasonSchema).max(500),
});

export const problemSchema = z.object({
  code: text(60),
  title: text(200).optional(),
  detail: text(4_096).optional(),
  request_id: text(100).optional(),
});

/** What a job learns of its request while it waits, and once people decided. */
export const requestStatusSchema = z.object({
  request_id: id,
  state: z.enum(['pending', 'approved', 'rejected', 'expired', 'withdrawn', 'void', 'issued', 'denied']),
  request_url: text(2_048),
  /** seconds until it expires: to be decided, or once approved to be collected */
  expires_in: z.int().min(0),
  reason: text(4_096).optional(),
});

export const leaseReturnSchema = z.object({
  revocation: z.enum(['immediate', 'at-expiry', 'none']),
  upstream_expires_at: text(40).nullable(),
});

export type Issued = z.infer<typeof issuedSchema>;
export type WireReason = z.infer<typeof reasonSchema>;
export type Refusal = z.infer<typeof refusalSchema>;
export type Explanation = z.infer<typeof explanationSchema>;
export type RequestStatus = z.infer<typeof requestStatusSchema>;
export type LeaseReturn = z.infer<typeof leaseReturnSchema>;
