// THE request path: from a subject token to a credential. Read this first; each step has a folder: identity/, requests/, issuance/.
// Nothing is answered before what it says is durable (P1); whatever fails on the way, no credential leaves (P2).

import { BrokerError } from './errors.ts';
import type { ExchangeDeps, TokenRequest } from './exchange-deps.ts';
import { countDecided, countIssuing } from './exchange-metrics.ts';
import { type FirstUse, firstUse } from './identity/first-use.ts';
import { describeIssued, issue } from './issuance/issue.ts';
import type { IssuedNow } from './issuance/issue-now.ts';
import type { Issued, ToIssue } from './issuance/issuing.ts';
import { describeRedelivered } from './issuance/redeliver.ts';
import { repositoryKey } from './limits/repository-quota.ts';
import type { Subject } from './model.ts';
import { decide } from './requests/decide.ts';
import type { Decided, Pending } from './requests/decided.ts';
import { recordReplay } from './requests/record.ts';

export type Exchanged =
  | { readonly outcome: 'issued'; readonly issued: Issued }
  | { readonly outcome: 'slow-down' }
  | Extract<Decided, { outcome: 'stranger' | 'refused' | 'pending' }>;

export async function exchange(deps: ExchangeDeps, request: TokenRequest): Promise<Exchanged> {
  if (request.requestSecret !== undefined) deps.logger.hide(request.requestSecret);
  return inTurn(deps, request.subjectToken, async ({ subject, token, leave }) => {
    // Its first commit uses the token up and, where nobody else takes part, issues as well.
    const decided = await decide(deps, { subject, request, leave, commit: token.commit });
    countDecided(deps, subject, decided);
    switch (decided.outcome) {
      case 'stranger':
      case 'refused':
        return decided;
      case 'pending':
        return whilePending(deps, decided);
      case 'issued':
        return { outcome: 'issued', issued: await issuedNow(deps, decided) };
      case 'granted':
      case 'started':
        return { outcome: 'issued', issued: await issueGranted(deps, { decided, request, leave }) };
      case 'redelivered':
        return { outcome: 'issued', issued: await describeRedelivered(deps, decided) };
      case 'unanswered':
        throw new BrokerError(decided.code, decided.message, { retryAfter: decided.retryAfter });
    }
  });
}

/** A verified ask, in the turn of its repository. */
export interface Turn {
  readonly subject: Subject;
  /** what the ask came with, to be used up before anything is answered */
  readonly token: FirstUse;
  /** ends the turn, before anybody else is waited for */
  readonly leave: () => void;
}

/**
 * Answers a repository in its turn. Its token is verified first: the line to wait in is the repository's own, and nobody may
 * choose another's. Whatever is answered then, the token is used up before.
 */
export async function inTurn<T>(
  deps: ExchangeDeps,
  subjectToken: string,
  answer: (turn: Turn) => Promise<T>,
): Promise<T> {
  deps.turns.refuseWhenFull();
  const subject = await deps.authenticate(subjectToken);
  return deps.turns.take(repositoryKey(subject), async (leave) => {
    deps.quota.count(subject);
    const refusal = deps.ownerRefusal(subject);
    const token = firstUseOf(deps, subject, { refusal, onRefused: () => deps.quota.uncount(subject) });
    try {
      if (refusal !== undefined) throw refusal;
      return await answer({ subject, token, leave });
    } finally {
      await token.useUp();
    }
  });
}

/** Who gives something back: verified and used up like any other, but neither made to wait nor counted. */
export async function identify(deps: ExchangeDeps, subjectToken: string): Promise<Subject> {
  const subject = await deps.authenticate(subjectToken);
  const refusal = deps.ownerRefusal(subject);
  await firstUseOf(deps, subject, { refusal }).useUp();
  if (refusal !== undefined) throw refusal;
  return subject;
}

interface OfToken {
  /** why its owner is not served: then nothing of it is told in the log */
  readonly refusal: BrokerError | undefined;
  readonly onRefused?: () => void;
}

const firstUseOf = (deps: ExchangeDeps, subject: Subject, { refusal, onRefused }: OfToken): FirstUse =>
  firstUse(deps.store, subject, {
    onFirstReplay: async (tx) => (refusal === undefined ? recordReplay(deps, tx, subject) : undefined),
    onRefused,
  });

/** The job waits for people, and was heard of; a secret made for it goes out once, in this answer. */
function whilePending({ waiting, logger }: ExchangeDeps, pending: Pending): Exchanged {
  const { requestId, requestSecret } = pending;
  if (requestSecret !== undefined) logger.hide(requestSecret);
  waiting.heardOf(requestId);
  return waiting.asksTooSoon(requestId) ? { outcome: 'slow-down' } : pending;
}

interface Granting {
  readonly decided: ToIssue;
  readonly request: TokenRequest;
  readonly leave: () => void;
}

async function issueGranted(deps: ExchangeDeps, { decided, request, leave }: Granting): Promise<Issued> {
  // Whoever issues, or signs with a key that it holds for us, may take its time, and no other repository's: its turn ends here.
  leave();
  return countIssuing(deps.metrics, decided.granted.credential.kind, issue(deps, decided, request.requestSecret));
}

/** What was issued with its decision, now that it is durable. */
function issuedNow(deps: ExchangeDeps, { granted, recorded }: IssuedNow): Promise<Issued> {
  return countIssuing(deps.metrics, granted.credential.kind, describeIssued(deps, granted.grant, recorded));
}
