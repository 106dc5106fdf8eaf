// The wire between the broker and pages for people: what `/v1/me` and its neighbours answer. The action reads none of it.
import { z } from 'zod';
import { reasonSchema } from './api.ts';

const time = z.iso.datetime();

export const providersSchema = z.object({
  providers: z.array(z.object({ name: z.string(), kind: z.enum(['github', 'oidc', 'demo']), title: z.string() })),
});

const stepUpMethod = z.enum(['passkey', 'provider']);

export const meSchema = z.object({
  principal: z.string(),
  name: z.string(),
  identities: z.array(z.object({ provider: z.string(), provider_id: z.string(), name: z.string() })),
  /** names of the organization's file */
  teams: z.array(z.string()),
  roles: z.array(z.enum(['security', 'operator'])),
  /** `provider`: the one that this session began at, as in `/sign-in/{provider}` */
  session: z.object({ provider: z.string(), started_at: time, idle_ends_at: time, ends_at: time }),
  step_up: z.object({ at: time.optional(), method: stepUpMethod.optional(), methods: z.array(stepUpMethod) }),
  demo: z.boolean(),
});

/** An identity of a job, as people read it. */
const job = z.object({
  issuer: z.string(),
  repository: z.string(),
  repository_url: z.string().optional(),
  ref: z.string(),
  sha: z.string(),
  commit_url: z.string().optional(),
  environment: z.string().optional(),
  event_name: z.string(),
  workflow_ref: z.string(),
  run_id: z.string(),
  run_attempt: z.string(),
  run_url: z.string().optional(),
  actor: z.string(),
  actor_id: z.string(),
  /** who started this attempt of the run, where that is somebody else */
  triggering_actor: z.string().optional(),
  triggering_actor_id: z.string().optional(),
  /** who wrote and who committed the commit, where the policy keeps them from approving */
  commit_author: z.string().optional(),
  commit_author_id: z.string().optional(),
  committer: z.string().optional(),
  committer_id: z.string().optional(),
  /** who changed the policy lately, where it keeps them from approving */
  policy_authors: z.array(z.object({ id: z.string(), login: z.string() })).optional(),
});

const requestState = z.enum([
  ...(['denied', 'pending', 'approved', 'rejected', 'expired', 'withdrawn', 'void'] as const),
  ...(['granted', 'issuing', 'issued', 'failed', 'unknown'] as const),
]);

export const requestSummarySchema = z.object({
  id: z.string(),
  project: z.string(),
  entitlement: z.string(),
  title: z.string(),
  risk: z.enum(['low', 'high']).optional(),
  state: requestState,
  job,
  asked_at: time,
  /** until when it can be decided or, once approved, collected */
  expires_at: time.optional(),
  reason: z.string().optional(),
  ticket: z.string().optional(),
  /** the program that prepared the ask, as the job says: not proven */
  assisted_by: z.string().optional(),
  /** how many approve so far, of how many that must; where people decide */
  progress: z.object({ approved: z.int(), needed: z.int() }).optional(),
});

const verdict = z.object({
  by: z.object({ principal: z.string(), name: z.string().optional() }),
  team: z.string(),
  verdict: z.enum(['approve', 'reject']),
  reason: z.string().optional(),
  at: time,
  step_up: z.enum(['none', 'passkey', 'provider']),
  entry: z.int(),
});

const refusal = z.object({ code: z.string(), message: z.string() });

const approval = z.object({
  id: z.string(),
  /** `invoked`: somebody used break-glass in the place of approvals */
  state: z.enum(['pending', 'approved', 'invoked', 'rejected', 'expired', 'withdrawn', 'void']),
  /** digest of exactly what is asked: a verdict names it */
  binding: z.string(),
  by: z.array(z.string()),
  needed: z.int(),
  self_allowed: z.boolean(),
  covers: z.enum(['job', 'run', 'plan']),
  issuances: z.int(),
  expires_at: time,
  verdicts: z.array(verdict),
  /** whether the person who reads this may decide, and if not, why */
  you: z.object({ may: z.boolean(), why_not: refusal.optional(), needs_step_up: z.boolean() }),
  job_waits: z.boolean(),
});

const invocation = z.object({
  id: z.string(),
  request_id: z.string(),
  /** its place among those of the incident, from 1 */
  number: z.int(),
  by: z.object({ principal: z.string(), name: z.string().optional() }),
  team: z.string(),
  reason: z.string().optional(),
  ticket: z.string().optional(),
  at: time,
  step_up: z.enum(['none', 'passkey', 'provider']),
  entry: z.int(),
});

/** `open` while it may be invoked again, `shut` from its end until it was reviewed */
const incident = { id: z.string(), state: z.enum(['open', 'shut']), opened_at: time, ends_at: time };

const breakGlass = z.object({
  for: z.array(z.string()),
  notify: z.array(z.string()),
  /** whether the person who reads this may invoke it, and if not, why */
  may: z.boolean(),
  why_not: refusal.optional(),
  needs_step_up: z.boolean(),
  /** the one that nobody has reviewed yet, with how many invocations there were */
  incident: z.object({ ...incident, invocations: z.int() }).optional(),
  /** the one that this request stands on */
  invocation: invocation.optional(),
});

export const breakGlassIncidentSchema = z.object({
  ...incident,
  project: z.string(),
  entitlement: z.string(),
  title: z.string(),
  invocations: z.array(invocation),
  you: z.object({ may_review: z.boolean(), why_not: refusal.optional() }),
});

export const breakGlassIncidentsSchema = z.object({ incidents: z.array(breakGlassIncidentSchema) });

export const requestDetailSchema = requestSummarySchema.extend({
  description: z.string().optional(),
  kind: z.string().optional(),
  /** what the job gets, in the words of its kind */
  gives: z.string().optional(),
  /** the team that answers for the policy */
  owner: z.string().optional(),
  revocation: z.enum(['immediate', 'at-expiry', 'none']).optional(),
  /** whether whoever reads this asked for it */
  yours: z.boolean(),
  /** seconds; null for what never dies */
  ttl: z.int().nullable().optional(),
  rule: z.int().optional(),
  /** what that rule wants; left out where the policy has changed since */
  conditions: z.array(z.object({ condition: z.string(), expected: z.string() })).optional(),
  /** why the policy says no, nearest rule first */
  reasons: z.array(reasonSchema).optional(),
  summary: z.string(),
  policy_digest: z.string(),
  approval: approval.optional(),
  /** what security has paused, where the job could collect nothing of it now */
  paused: z.enum(['everything', 'project', 'entitlement', 'principal']).optional(),
  /** where the policy has it */
  break_glass: breakGlass.optional(),
  /** what else this job asked for */
  same_job: z.array(z.object({ id: z.string(), entitlement: z.string(), state: requestState })),
  last_approved: z
    .object({
      request_id: z.string(),
      at: time,
      sha: z.string(),
      /** principals, and their names where these are on record */
      by: z.array(z.string()),
      names: z.array(z.string()),
      changed: z.array(z.string()),
      /** the same with both values, where they can be read */
      changes: z.array(z.object({ what: z.string(), before: z.string().optional(), now: z.string().optional() })),
      compare_url: z.string().optional(),
    })
    .optional(),
  timeline: z.array(
    z.object({ at: time, type: z.string(), what: z.string(), who: z.string().optional(), entry: z.int() }),
  ),
  assurance: z.enum(['automated', 'self-approved', 'approved', 'break-glass']).optional(),
  /** `dies_at` is the end that the other side set, which is the one that counts; null for what never dies */
  lease: z
    .object({
      ...{ id: z.string(), kind: z.string(), state: z.string() },
      ...{ ends_at: time.nullable(), dies_at: time.nullable() },
      revocation: z.enum(['immediate', 'at-expiry', 'none']),
    })
    .optional(),
});

export const requestListSchema = z.object({ requests: z.array(requestSummarySchema), next: z.string().optional() });

/** One line of plain text: it goes on record as it is. */
const plain = z
  .string()
  .trim()
  .max(500, 'is longer than 500 characters')
  .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'has control characters in it');
// What says nothing is nothing said.
const said = plain.transform((text) => (text === '' ? undefined : text));

export const verdictBodySchema = z.strictObject({
  verdict: z.enum(['approve', 'reject']),
  reason: said.optional(),
  binding: z.string().regex(/^[0-9a-f]{64}$/, 'is not the binding of a request'),
});

const why = plain.min(1, 'is empty: say why');

export const invokeBodySchema = z.strictObject({
  reason: why,
  ticket: plain.min(1, 'is empty: name the incident or ticket').max(200, 'is longer than 200 characters'),
  binding: z.string().regex(/^[0-9a-f]{64}$/, 'is not the binding of a request'),
});

export const reviewBodySchema = z.strictObject({
  reason: why,
  /** how many invocations the reviewer was shown: with another one meanwhile, they have to look again */
  invocations: z.int().min(1).optional(),
});

export type BreakGlassIncident = z.infer<typeof breakGlassIncidentSchema>;
export type BreakGlassIncidents = z.infer<typeof breakGlassIncidentsSchema>;
export type RequestSummary = z.infer<typeof requestSummarySchema>;
export type RequestDetail = z.infer<typeof requestDetailSchema>;
export type RequestList = z.infer<typeof requestListSchema>;

/** As `PublicKeyCredential.toJSON()` gives it (WebAuthn §5.1), so far as the broker reads it. */
const credential = {
  id: z.string().min(1).max(2_048),
  rawId: z.string().min(1).max(2_048),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}).default({}),
};
const bytes = z.string().max(65_536);
const transports = z.array(z.string().max(40)).max(10);

export const passkeyRegistrationSchema = z.object({
  ...credential,
  response: z.object({ clientDataJSON: bytes, attestationObject: bytes, transports: transports.default([]) }),
  /** what the person calls it */
  name: z
    .string()
    .regex(/^[^\p{C}]{1,60}$/u, 'it has 1 to 60 characters that can be seen')
    .optional(),
});

export const passkeyResponseSchema = z.object({
  ...credential,
  response: z.object({ clientDataJSON: bytes, authenticatorData: bytes, signature: bytes }),
});

export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  created_at: time,
  used_at: time.optional(),
});

export const passkeyListSchema = z.object({
  passkeys: z.array(passkeySchema),
  /** security removed them, and a new one is to be registered until then */
  register_by: time.optional(),
});

/** Where the browser goes to prove the identity to be linked. */
export const linkStartedSchema = z.object({ location: z.string() });

export const steppedUpSchema = z.object({ at: time, method: stepUpMethod });

export type Passkey = z.infer<typeof passkeySchema>;
export type PasskeyList = z.infer<typeof passkeyListSchema>;
export type SteppedUp = z.infer<typeof steppedUpSchema>;
export type LinkStarted = z.infer<typeof linkStartedSchema>;
export type Providers = z.infer<typeof providersSchema>;
export type Me = z.infer<typeof meSchema>;
