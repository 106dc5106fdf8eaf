// The row of a request: as it was decided, and the secret that leads to it.
import { newId } from '../clock.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { requesterOf } from '../policy/requester.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import type { AskContext } from './ask-context.ts';
import { startedAgainBy, writtenBy } from './fact-fields.ts';

export async function saveDecision(tx: Transaction, context: AskContext, row: RequestRow): Promise<void> {
  if (context.known !== undefined) return tx.requests.redecide(row.id, row);
  await tx.requests.insert(row);
  await rememberSecret(tx, context, row.id);
}

export async function rememberSecret(tx: Transaction, context: AskContext, requestId: string): Promise<void> {
  const { secretHash, parameters } = context;
  if (secretHash !== null) await tx.requestSecrets.insert({ secretHash, requestId, parameters });
}

interface RowParts {
  readonly context: AskContext;
  readonly state: 'denied' | 'granted' | 'pending';
  readonly policyDigest: string;
  readonly decision: object;
}

export async function requestRow(
  deps: Pick<ExchangeDeps, 'entropy'>,
  tx: Transaction,
  { context, state, policyDigest, decision }: RowParts,
): Promise<RequestRow> {
  const { subject, request, known } = context;
  const by = requesterOf(subject, context.facts);
  const identity = { provider: subject.issuer, providerId: by.id };
  return {
    id: known?.id ?? newId('req', deps.entropy, tx.now),
    origin: 'job',
    requester:
      context.requester ??
      (await tx.principals.create({
        ...identity,
        kind: by.isProgram ? 'program' : 'person',
        id: newId('prn', deps.entropy, tx.now),
        at: tx.now,
      })),
    issuer: subject.issuer,
    repository_id: subject.repositoryId,
    job_key: context.jobKey,
    project: request.project,
    entitlement: request.entitlement,
    parameters: context.parameters,
    state,
    policy_digest: policyDigest,
    decision: JSON.stringify({ ...decision, ...startedAgainBy(subject, context.facts), ...writtenBy(context.facts) }),
    subject: JSON.stringify(subject),
    repeats: 0,
    created_at: known?.created_at ?? tx.now,
    updated_at: tx.now,
  };
}
