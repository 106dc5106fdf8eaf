// The wire for those who end access: leases with what is really left of each, orders of revocation, pauses. The HTTP API for people of
// security, the control socket and the command line all speak it.
import { z } from 'zod';
import { firstInvisible } from './invisible.ts';
import { TARGET_FORMS, type TargetedScope } from './target-forms.ts';

const time = z.iso.datetime();

const LEASE_STATES = ['live', 'returned', 'expired', 'ended', 'withheld'] as const;
/** `failing`: whatever the lease is, its credential could not be revoked yet */
export const LEASE_VIEWS = [...LEASE_STATES, 'failing'] as const;

/** What is left of a credential, and why it is or will be over. Only `revoked` says that the other side confirmed. */
const credential = z.object({
  standing: z.enum(['usable', 'being-revoked', 'revocation-failing', 'revoked', 'died', 'never-dies']),
  /** one sentence that is true now */
  says: z.string(),
  /** the end that the other side set; null for what never dies */
  dies_at: time.nullable(),
  revocation: z.enum(['immediate', 'at-expiry', 'none']),
  revoked_at: time.optional(),
  /** tries that failed, and when the next is due */
  attempts: z.int().optional(),
  next_attempt_at: time.optional(),
});

export const leaseSummarySchema = z.object({
  id: z.string(),
  request_id: z.string(),
  issuance_id: z.string(),
  project: z.string(),
  entitlement: z.string(),
  kind: z.string(),
  state: z.enum(LEASE_STATES),
  issued_at: time,
  ends_at: time.nullable(),
  credential,
  job: z.object({
    ...{ issuer: z.string(), repository: z.string(), repository_id: z.string(), ref: z.string(), sha: z.string() },
    ...{ job_workflow_ref: z.string(), run_id: z.string(), run_attempt: z.string(), actor: z.string() },
  }),
  /** of who asked */
  principal: z.string().nullable(),
});

export const leaseListSchema = z.object({
  /** the time of the broker that says this */
  now: time,
  leases: z.array(leaseSummarySchema),
  /** `before` of the next page */
  next: z.string().optional(),
});

/** Words for people, and on record. */
export const orderReason = z
  .string()
  .trim()
  .min(1, 'is empty: say why')
  .max(200, 'is longer than 200 characters')
  .superRefine((text, context) => {
    const found = firstInvisible(text);
    if (found !== undefined) context.addIssue(found.message);
  });

const target = (scope: TargetedScope) => z.string().regex(TARGET_FORMS[scope].pattern, TARGET_FORMS[scope].otherwise);

const everything = z.strictObject({ scope: z.literal('everything') });
const targeted = <S extends TargetedScope>(scope: S) =>
  z.strictObject({ scope: z.literal(scope), target: target(scope) });

const PAUSABLE = [targeted('project'), targeted('entitlement'), targeted('principal')] as const;

export const revocationBodySchema = z.strictObject({
  of: z.discriminatedUnion('scope', [
    everything,
    ...PAUSABLE,
    targeted('lease'),
    targeted('repository'),
    targeted('commit'),
    targeted('called-workflow'),
  ]),
  reason: orderReason,
});

export const pauseBodySchema = z.strictObject({
  of: z.discriminatedUnion('scope', [everything, ...PAUSABLE]),
  reason: orderReason,
  /** what is live of it ends too */
  revoke: z.boolean().default(false),
});

export const resumeBodySchema = z.strictObject({ reason: orderReason });

/** Whose passkeys are lost, by their principal. */
export const passkeyResetBodySchema = z.strictObject({ principal: target('principal'), reason: orderReason });

const scope = z.enum(['everything', 'project', 'entitlement', 'principal']);
const who = z.object({ operator: z.boolean(), principal: z.string().optional(), name: z.string().optional() });

export const revocationSchema = z.object({
  id: z.string(),
  scope: z.enum([...scope.options, 'lease', 'repository', 'commit', 'called-workflow']),
  target: z.string(),
  /** live leases that it names, and those that it has ended so far */
  leases: z.int(),
  ended: z.int(),
  finished: z.boolean(),
  /** credentials that were being made when it was given: they are handed to nobody */
  under_way: z.int(),
  /** of the order, in the log */
  entry: z.int(),
  /** what that means for their credentials; `last_dies_at` is that of those that die by themselves */
  credentials: z.object({
    ...{ to_be_revoked: z.int(), die_by_themselves: z.int(), last_dies_at: time.nullable(), never_die: z.int() },
  }),
  says: z.array(z.string()),
});

export const pauseSchema = z.object({
  id: z.string(),
  scope,
  target: z.string(),
  reason: z.string(),
  since: time,
  paused_by: who,
  /** somebody proposed to resume, and a second person may confirm until then */
  resume: z.object({ by: who, at: time, reason: z.string(), ends_at: time }).optional(),
});

export const pauseListSchema = z.object({ now: time, pauses: z.array(pauseSchema) });
export const pausedSchema = z.object({
  pause: pauseSchema,
  /** in the log */
  entry: z.int(),
  revocation: revocationSchema.optional(),
  says: z.array(z.string()),
});
export const resumedSchema = z.object({
  outcome: z.enum(['proposed', 'resumed']),
  /** an operator resumed alone, because nobody can sign in */
  alone: z.boolean(),
  /** in the log */
  entry: z.int(),
  pause: pauseSchema,
  /** what is still paused */
  pauses: z.array(pauseSchema),
  says: z.array(z.string()),
});

/** `proposed`: a second person confirms before `ends_at`; `reset`: a passkey is registered before it. */
export const passkeyResetSchema = z.object({
  outcome: z.enum(['proposed', 'reset']),
  principal: z.string(),
  passkeys: z.int(),
  sessions: z.int(),
  ends_at: time,
  says: z.array(z.string()),
});

export type PasskeyReset = z.infer<typeof passkeyResetSchema>;
export type LeaseSummary = z.infer<typeof leaseSummarySchema>;
export type LeaseList = z.infer<typeof leaseListSchema>;
export type LeaseView = (typeof LEASE_VIEWS)[number];
export type Revocation = z.infer<typeof revocationSchema>;
export type Pause = z.infer<typeof pauseSchema>;
export type PauseList = z.infer<typeof pauseListSchema>;
export type Paused = z.infer<typeof pausedSchema>;
export type Resumed = z.infer<typeof resumedSchema>;
