// THE request path: from a subject token to a credential. Read this first; each step has a folder: identity/, requests/, issuance/.
// Nothing is answered before what it says is durable (P1); whatever fails on the way, no credential leaves (P2).

import type { Secret } from '../shared/secret.ts';
import type { Waiting } from './approvals/waiting.ts';
import type { Clock, Entropy } from './clock.ts';
import { BrokerError } from './errors.ts';
import { countDecided, countIssuing } from './exchange-metrics.ts';
import type { AskFacts } from './facts.ts';
import { type FirstUse, firstUse } from './identity/first-use.ts';
import { describeIssued, type IssueDeps, type Issued, issue, type ToIssue } from './issuance/issue.ts';
import type { IssuedNow } from './issuance/issue-now.ts';
import { describeRedelivered } from './issuance/redeliver.ts';
import { type RepositoryQuota, repositoryKey } from './limits/repository-quota.ts';
import type { Turns } from './limits/turns.ts';
import type { Append } from './log/append.ts';
import type { Subject } from './model.ts';
import type { InForce } from './policy/in-force-source.ts';
import { type Decided, decide, type Pending } from './requests/decide.ts';
import type { NoticeNames } from './requests/name-drift.ts';
import { recordReplay } from './requests/record.ts';
import type { Store } from './store/store.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface ExchangeDeps extends IssueDeps {
  readonly authenticate: (subjectToken: string) => Promise<Subject>;
  /** OWNER_NOT_ALLOWED for a job of an owner that this broker does not serve */
  readonly ownerRefusal: (subject: Subject) => BrokerError | undefined;
  readonly policies: InForce;
  /** what no token says is asked of GitHub; undefined where no App is configured */
  readonly askFacts: AskFacts | undefined;
  /** says names that are no longer those written down */
  readonly noticeNames: NoticeNames;
  readonly store: Store;
  readonly append: Append;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly turns: Turns;
  readonly waiting: Waiting;
  /** names of the channels that people are told over */
  readonly noticeChannels: readonly string[];
  readonly quota: RepositoryQuota;
  readonly metrics: Metrics;
}

/** One ask, as parsed from `POST /v1/token`. */
export interface TokenRequest {
  readonly subjectToken: string;
  readonly project: string;
  readonly entitlement: string;
  /** seconds */
  readonly ttl: number | undefined;
  readonly reason: string | undefined;
  readonly ticket: string | undefined;
  /** the program that prepared the ask for who answers for it; as little proven as a reason */
  readonly assistedBy?: string | undefined;
  readonly requestSecret: Secret | undefined;
}

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
