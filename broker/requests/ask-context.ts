// Everything that one ask is decided from, read in the transaction that decides: the policy and the suspensions in force, what
// the job has already, and the request that its secret leads to. `decisionFor` hands it to `evaluate`, which decides.
import { createHash } from 'node:crypto';
import type { Secret } from '../../shared/secret.ts';
import { BrokerError } from '../errors.ts';
import type { TokenRequest } from '../exchange-deps.ts';
import type { Facts, FactsNeeded } from '../facts.ts';
import { jobKey } from '../identity/github-claims.ts';
import type { Decision, Standing, Subject } from '../model.ts';
import { evaluate } from '../policy/evaluate.ts';
import { answers, factsNeeded } from '../policy/facts-needed.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { PolicySet } from '../policy/load-policy.ts';
import { requesterOf } from '../policy/requester.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import type { Suspension } from '../store/suspensions.ts';
import { heldByJob } from './held-by-job.ts';

/** What an ask says, once it is known whose it is; of one that nobody makes, no more than what it would be for. */
export type AskRequest = Pick<TokenRequest, 'project' | 'entitlement'> & Partial<Omit<TokenRequest, 'subjectToken'>>;

export interface AskContext {
  readonly subject: Subject;
  readonly request: AskRequest;
  readonly facts: Facts;
  readonly jobKey: string;
  readonly secretHash: string | null;
  /** the parameters that make it the same ask, as canonical text */
  readonly parameters: string;
  readonly requester: string | null;
  readonly policies: PolicySet;
  readonly suspension: Suspension | undefined;
  readonly known: KnownRequest | undefined;
}

/** The request that the ask's secret leads to, with the parameters that the secret was first presented with. */
export interface KnownRequest extends RequestRow {
  readonly presentedWith: string;
}

/**
 * The decision about a subject's ask under the policy and the suspensions in force.
 * @throws BrokerError PAUSED while everything is suspended: nothing is decided then, and nothing is held against the job
 */
export async function decisionFor(tx: Transaction, context: AskContext): Promise<Decision> {
  const { project, entitlement, ttl } = context.request;
  const { suspension } = context;
  const incident = await openIncident(tx, context);
  const standing = { suspension, ...(await heldByJob(tx, context)), unreviewed: incident };
  const ask = { project, entitlement, ttl, now: tx.now, standing, facts: context.facts };
  const decision = evaluate(context.policies, context.subject, ask);
  if (decision.outcome !== 'stranger' && suspension?.scope === 'everything') throw paused();
  return decision;
}

/** What the decision needs to know beyond what was found out already; undefined where it can be made. */
export function missingFacts({ now }: Transaction, context: AskContext): FactsNeeded | undefined {
  const { policies, subject, request, facts } = context;
  const { project, entitlement } = request;
  const needed = factsNeeded(policies, subject, { project, entitlement, now });
  return needed === undefined || answers(facts, needed) ? undefined : needed;
}

/** The break-glass incident that is over and waits for its review, where the entitlement has break-glass at all. */
async function openIncident(tx: Transaction, { policies, request }: AskContext): Promise<Standing['unreviewed']> {
  const { project, entitlement } = request;
  if (policies.projects.get(project)?.entitlements.get(entitlement)?.approval?.breakGlass === undefined)
    return undefined;
  const incident = await tx.incidents.unreviewed({ project, entitlement });
  return incident !== undefined && tx.now >= incident.ends_at ? { endedAt: incident.ends_at } : undefined;
}

export async function readContext(
  deps: { readonly policies: InForce },
  tx: Transaction,
  ask: { subject: Subject; request: AskRequest; facts: Facts },
): Promise<AskContext> {
  const { subject, request, facts } = ask;
  const { project, entitlement } = request;
  const secretHash = request.requestSecret === undefined ? null : hashRequestSecret(request.requestSecret);
  const { id } = requesterOf(subject, facts);
  const requester = (await tx.principals.find({ provider: subject.issuer, providerId: id })) ?? null;
  return {
    ...ask,
    jobKey: jobKey(subject),
    secretHash,
    parameters: parametersOf(request),
    requester,
    policies: await deps.policies(tx),
    suspension:
      (await tx.suspensions.hitting({ project, entitlement, requester })) ??
      (id === subject.actorId ? undefined : await suspensionOfActor(tx, subject, { project, entitlement })),
    known: secretHash === null ? undefined : await findKnown(tx, secretHash),
  };
}

/** Whoever may not ask may not have somebody else run again what they started. */
async function suspensionOfActor(
  tx: Transaction,
  { issuer, actorId }: Subject,
  of: { project: string; entitlement: string },
): Promise<Suspension | undefined> {
  const requester = (await tx.principals.find({ provider: issuer, providerId: actorId })) ?? null;
  return tx.suspensions.hitting({ ...of, requester });
}

/** What must be the same for it to be the same request. The last one only where it was given: older rows have three. */
const parametersOf = ({ ttl, reason, ticket, assistedBy }: AskRequest): string =>
  JSON.stringify([ttl ?? null, reason ?? null, ticket ?? null, ...(assistedBy === undefined ? [] : [assistedBy])]);

async function findKnown(tx: Transaction, secretHash: string): Promise<KnownRequest | undefined> {
  const secret = await tx.requestSecrets.find(secretHash);
  if (secret === undefined) return undefined;
  const row = await tx.requests.find(secret.requestId);
  return row && { ...row, presentedWith: secret.parameters };
}

/** What the store knows a request's secret by: SHA-256("buildpass request" ‖ secret), in hex. */
export function hashRequestSecret(secret: Secret): string {
  return createHash('sha256').update('buildpass request').update(secret.reveal()).digest('hex');
}

function paused(): BrokerError {
  return new BrokerError('PAUSED', 'Issuing is paused. Nothing was decided; ask again when it goes on.', {
    retryAfter: 60,
  });
}
