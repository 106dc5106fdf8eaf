// Decides one ask in one unit of work: finds the request by its secret, evaluates the policy in force, and records the
// decision with its log entry, and with the issuance where that takes nobody else (permit.ts). What decides is `evaluate` (policy/evaluate.ts, called by ask-context.ts); this keeps the books.
import { withApproval } from '../approvals/approval-desk.ts';
import { newId } from '../clock.ts';
import { redeliver } from '../issuance/redeliver.ts';
import type { Decision } from '../model.ts';
import { disclosure } from '../policy/explain.ts';
import type { Transaction } from '../store/store.ts';
import { type AskContext, decisionFor, type KnownRequest, missingFacts, readContext } from './ask-context.ts';
import { askAgain, askPeople, endedRefusal } from './ask-people.ts';
import type { AskInTurn, DecideDeps, Decided, Refusal, Refused, Unanswered } from './decided.ts';
import { grantedBy } from './grant.ts';
import { recordPermit } from './permit.ts';
import { recordMisuse, recordRefusal } from './record.ts';
import { withFacts } from './with-facts.ts';

export async function decide(deps: DecideDeps, { subject, request, leave, commit }: AskInTurn): Promise<Decided> {
  const { askFacts } = deps;
  const { decision, decided } = await withFacts({ askFacts, subject, leave }, (facts) =>
    commit(async (tx) => {
      const context = await readContext(deps, tx, { subject, request, facts });
      const needed = missingFacts(tx, context);
      if (needed !== undefined) return { needed };
      const decision = await withPeople(tx, context, await decisionFor(tx, context));
      return { answer: { decision, decided: await keepBooks(deps, tx, { context, decision }) } };
    }),
  );
  if (decision.outcome !== 'stranger') deps.noticeNames(decision.project, subject);
  return decided;
}

/** What people have said already is part of the decision. */
async function withPeople(tx: Transaction, context: AskContext, decision: Decision): Promise<Decision> {
  return decision.outcome === 'approval' ? withApproval(tx, { context, decision }) : decision;
}

async function keepBooks(
  deps: DecideDeps,
  tx: Transaction,
  { context, decision }: { context: AskContext; decision: Decision },
): Promise<Decided> {
  // A stranger is answered as a stranger, whatever secret it presents: nobody learns what exists.
  if (decision.outcome === 'stranger') return { outcome: 'stranger', requestId: newId('req', deps.entropy, tx.now) };
  const { known, subject } = context;
  const misuse = known === undefined ? undefined : misuseOf(known, context);
  const tooMany = decision.outcome === 'deny' || misuse ? deps.quota.insteadOfRefusal(subject) : undefined;
  if (tooMany !== undefined) return { outcome: 'unanswered', ...tooMany };
  if (known === undefined) return record(deps, tx, { context, decision });
  if (misuse === undefined) return answerAgain(deps, tx, { context, decision, known });
  await recordMisuse(deps, tx, { context, known, code: misuse.code });
  return misuse;
}

interface Step {
  readonly context: AskContext;
  readonly decision: Exclude<Decision, { outcome: 'stranger' }>;
}

async function record(deps: DecideDeps, tx: Transaction, { context, decision }: Step): Promise<Decided> {
  if (decision.outcome === 'deny') return recordRefusal(deps, tx, { context, decision });
  if (decision.outcome === 'approval') return askPeople(deps, tx, { context, decision });
  return recordPermit(deps, tx, { context, permit: decision });
}

/** The same request asked again: the same answer while it stands, a new decision where it can be made again. */
async function answerAgain(deps: DecideDeps, tx: Transaction, step: Step & { known: KnownRequest }): Promise<Decided> {
  const { context, decision, known } = step;
  switch (known.state) {
    case 'denied':
      return refusedBefore(step);
    case 'pending':
    case 'approved': {
      if (decision.outcome !== 'approval') return record(deps, tx, step);
      const asked = await askAgain(deps, tx, { context, decision, known });
      return asked.outcome === 'pending' ? asked : { ...asked, disclosure: disclosedOf(step) };
    }
    case 'rejected':
    case 'expired':
    case 'withdrawn':
    case 'void':
      return { ...(await endedRefusal(tx, known)), disclosure: disclosedOf(step) };
    case 'granted': {
      const granted =
        decision.outcome === 'permit'
          ? await grantedBy(deps, tx, { request: known, context, permit: decision })
          : undefined;
      return granted === undefined ? record(deps, tx, step) : { outcome: 'granted', granted };
    }
    case 'issuing':
      return IN_PROGRESS;
    case 'issued': {
      // Opened only after the policy and the suspensions in force were read again, in this very transaction.
      if (decision.outcome === 'deny') return record(deps, tx, step);
      const { requestSecret } = context.request;
      const redelivered = await redeliver(deps, tx, {
        request: known,
        requestSecret,
        setDigest: context.policies.digest,
      });
      return redelivered === undefined ? SPENT : { outcome: 'redelivered', ...redelivered };
    }
    case 'failed':
      return record(deps, tx, step);
    case 'unknown':
      return SPENT;
  }
}

function refusedBefore(step: Step & { known: KnownRequest }): Refused {
  const { known } = step;
  const { summary, reasons, disclosure: then } = JSON.parse(known.decision) as Refusal;
  // A repository may have become public since: the narrower of then and now holds.
  const narrow = then === 'codes' ? then : disclosedOf(step);
  return { outcome: 'refused', requestId: known.id, summary, reasons, disclosure: narrow };
}

const disclosedOf = ({ context, decision }: Step): Refusal['disclosure'] =>
  disclosure(decision, context.subject) === 'full' ? 'full' : 'codes';

function misuseOf(
  known: KnownRequest,
  context: AskContext,
): (Unanswered & { code: 'REQUEST_MISMATCH' | 'REQUEST_OF_ANOTHER_JOB' }) | undefined {
  if (known.job_key !== context.jobKey) {
    return {
      outcome: 'unanswered',
      code: 'REQUEST_OF_ANOTHER_JOB',
      message:
        'This request_secret belongs to a request of another job. Make a new random one for every ask, and keep it inside the job.',
    };
  }
  const { project, entitlement } = context.request;
  if (known.project !== project || known.entitlement !== entitlement || known.presentedWith !== context.parameters) {
    return {
      outcome: 'unanswered',
      code: 'REQUEST_MISMATCH',
      message:
        'This request_secret was used with another scope, ttl, reason, ticket or assisted_by. Repeat an ask unchanged, or make a new request_secret.',
    };
  }
  return undefined;
}

const IN_PROGRESS: Unanswered = {
  outcome: 'unanswered',
  code: 'ISSUANCE_IN_PROGRESS',
  message: 'The credential of this request is being issued. Ask again in a moment with the same request_secret.',
  retryAfter: 2,
};

const SPENT: Unanswered = {
  outcome: 'unanswered',
  code: 'REQUEST_SPENT',
  message:
    'This request was answered before, and its answer cannot be given again. Ask anew with a new request_secret.',
};
