// Decides one ask in one unit of work: finds the request by its secret, evaluates the policy in force, and records the
// decision with its log entry. The line that decides is `evaluate` in policy/evaluate.ts; everything else here keeps books.
import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import { newId } from '../clock.ts';
import type { ExchangeDeps, TokenRequest } from '../exchange.ts';
import { jobKey } from '../identity/github-claims.ts';
import type { Granted } from '../issuance/issue.ts';
import type { Decision, Reason, Subject } from '../model.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { PolicySet } from '../policy/load-policy.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { grantedBy, makeGrant } from './grant.ts';
import { recordMisuse, recordPermit, recordRefusal } from './record.ts';

/** Why not, as it is kept with the request. */
export interface Refusal {
  readonly summary: string;
  readonly reasons: readonly Reason[];
  /** how much of it this caller may see (P7) */
  readonly disclosure: 'full' | 'codes';
}

export interface Refused extends Refusal {
  readonly outcome: 'refused';
  readonly requestId: string;
}

export interface Misused {
  readonly outcome: 'misused';
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfter?: Seconds;
}

export type Decided =
  | { readonly outcome: 'stranger'; readonly requestId: string }
  | Refused
  | { readonly outcome: 'granted'; readonly granted: Granted }
  | { readonly outcome: 'issued-before'; readonly request: RequestRow }
  | Misused;

export type DecideDeps = Pick<ExchangeDeps, 'store' | 'append' | 'policies' | 'entropy'>;

/** Everything that one ask is decided from. */
export interface AskContext {
  readonly subject: Subject;
  readonly request: TokenRequest;
  readonly jobKey: string;
  readonly secretHash: string | null;
  /** the parameters that make it the same ask, as canonical text */
  readonly parameters: string;
  readonly requester: string | null;
  readonly policies: PolicySet;
  readonly known: RequestRow | undefined;
}

export async function decide(deps: DecideDeps, subject: Subject, request: TokenRequest): Promise<Decided> {
  return deps.store.commit(async (tx) => {
    const context = await readContext(deps, tx, { subject, request });
    const decision = await decisionFor(tx, context);
    // A stranger is answered as a stranger, whatever secret it presents: nobody learns what exists.
    if (decision.outcome === 'stranger') return { outcome: 'stranger', requestId: newId('req', deps.entropy) };
    const { known } = context;
    if (known === undefined) return record(deps, tx, { context, decision });
    const misuse = misuseOf(known, context);
    if (misuse !== undefined) {
      await recordMisuse(deps, tx, { context, known, code: misuse.code });
      return misuse;
    }
    return answerAgain(deps, tx, { context, decision, known });
  });
}

/** The decision about a subject's ask under the policy and the suspensions in force. */
export async function decisionFor(tx: Transaction, context: AskContext): Promise<Decision> {
  const { project, entitlement, ttl } = context.request;
  const of = { jobKey: context.jobKey, project, entitlement, except: context.known?.id };
  const standing = {
    suspension: await tx.suspensions.hitting({ project, entitlement, requester: context.requester }),
    issuedToJob: await tx.requests.countOfJob(of),
  };
  return evaluate(context.policies, context.subject, { project, entitlement, ttl, now: tx.now, standing });
}

export async function readContext(
  deps: Pick<DecideDeps, 'policies' | 'entropy'>,
  tx: Transaction,
  ask: { subject: Subject; request: TokenRequest },
): Promise<AskContext> {
  const { subject, request } = ask;
  const secretHash = request.requestSecret === undefined ? null : hashRequestSecret(request.requestSecret);
  return {
    ...ask,
    jobKey: jobKey(subject),
    secretHash,
    parameters: JSON.stringify([request.ttl ?? null, request.reason ?? null, request.ticket ?? null]),
    requester: (await tx.principals.find({ provider: subject.issuer, providerId: subject.actorId })) ?? null,
    policies: await deps.policies(tx),
    known: secretHash === null ? undefined : await tx.requests.bySecretHash(secretHash),
  };
}

/** What the store knows a request's secret by: SHA-256("buildpass request" ‖ secret), in hex. */
export function hashRequestSecret(secret: Secret): string {
  return createHash('sha256').update('buildpass request').update(secret.reveal(), 'utf8').digest('hex');
}

interface Step {
  readonly context: AskContext;
  readonly decision: Exclude<Decision, { outcome: 'stranger' }>;
}

async function record(deps: DecideDeps, tx: Transaction, { context, decision }: Step): Promise<Decided> {
  if (decision.outcome === 'deny') return recordRefusal(deps, tx, { context, decision });
  const request = await recordPermit(deps, tx, { context, permit: decision });
  return { outcome: 'granted', granted: await makeGrant(deps, tx, { request, context, permit: decision }) };
}

/** The same request asked again: the same answer while it stands, a new decision where it can be made again. */
async function answerAgain(deps: DecideDeps, tx: Transaction, step: Step & { known: RequestRow }): Promise<Decided> {
  const { context, decision, known } = step;
  switch (known.state) {
    case 'denied':
      return { outcome: 'refused', requestId: known.id, ...(JSON.parse(known.decision) as Refusal) };
    case 'granted': {
      const granted =
        decision.outcome === 'permit' ? await grantedBy(tx, { request: known, context, permit: decision }) : undefined;
      return granted === undefined ? record(deps, tx, step) : { outcome: 'granted', granted };
    }
    case 'issuing':
      return IN_PROGRESS;
    case 'issued':
      // Opened only after the policy and the suspensions in force were read again.
      return decision.outcome === 'permit' ? { outcome: 'issued-before', request: known } : record(deps, tx, step);
    case 'failed':
      return record(deps, tx, step);
    case 'unknown':
      return SPENT;
  }
}

function misuseOf(
  known: RequestRow,
  context: AskContext,
): (Misused & { code: 'REQUEST_MISMATCH' | 'REQUEST_OF_ANOTHER_JOB' }) | undefined {
  if (known.job_key !== context.jobKey) {
    return {
      outcome: 'misused',
      code: 'REQUEST_OF_ANOTHER_JOB',
      message:
        'This request_secret belongs to a request of another job. Make a new random one for every ask, and keep it inside the job.',
    };
  }
  const { project, entitlement } = context.request;
  if (known.project !== project || known.entitlement !== entitlement || known.parameters !== context.parameters) {
    return {
      outcome: 'misused',
      code: 'REQUEST_MISMATCH',
      message:
        'This request_secret was used with another scope, ttl, reason or ticket. Repeat an ask unchanged, or make a new request_secret.',
    };
  }
  return undefined;
}

const IN_PROGRESS: Misused = {
  outcome: 'misused',
  code: 'ISSUANCE_IN_PROGRESS',
  message: 'The credential of this request is being issued. Ask again in a moment with the same request_secret.',
  retryAfter: 2,
};

const SPENT: Misused = {
  outcome: 'misused',
  code: 'REQUEST_SPENT',
  message:
    'This request was answered before, and its answer cannot be given again. Ask anew with a new request_secret.',
};
