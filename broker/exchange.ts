// THE request path: from a subject token to a credential. Read this first; each step has a folder: identity/, requests/, issuance/.
// Nothing is answered before what it says is durable (P1); whatever fails on the way, no credential leaves (P2).

import type { Secret } from '../shared/secret.ts';
import type { Clock, Entropy } from './clock.ts';
import { BrokerError } from './errors.ts';
import { useUp } from './identity/first-use.ts';
import { type IssueDeps, type Issued, issue } from './issuance/issue.ts';
import type { Append } from './log/append.ts';
import type { Subject } from './model.ts';
import type { InForce } from './policy/in-force-source.ts';
import { type Decided, decide } from './requests/decide.ts';
import type { NoticeNames } from './requests/name-drift.ts';
import { recordReplay } from './requests/record.ts';
import type { Store } from './store/store.ts';

export interface ExchangeDeps extends IssueDeps {
  readonly authenticate: (subjectToken: string) => Promise<Subject>;
  /** OWNER_NOT_ALLOWED for a job of an owner that this broker does not serve */
  readonly ownerRefusal: (subject: Subject) => BrokerError | undefined;
  readonly policies: InForce;
  /** says names that are no longer those written down */
  readonly noticeNames: NoticeNames;
  readonly store: Store;
  readonly append: Append;
  readonly clock: Clock;
  readonly entropy: Entropy;
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
  readonly requestSecret: Secret | undefined;
}

export type Exchanged =
  | { readonly outcome: 'issued'; readonly issued: Issued }
  | Extract<Decided, { outcome: 'stranger' | 'refused' }>;

export async function exchange(deps: ExchangeDeps, request: TokenRequest): Promise<Exchanged> {
  if (request.requestSecret !== undefined) deps.logger.hide(request.requestSecret);
  const subject = await identify(deps, request.subjectToken);
  const decided = await decide(deps, subject, request);
  switch (decided.outcome) {
    case 'stranger':
    case 'refused':
      return decided;
    case 'granted':
      return { outcome: 'issued', issued: await issue(deps, decided.granted, request.requestSecret) };
    case 'redelivered':
      return { outcome: 'issued', issued: decided.issued };
    case 'unanswered':
      throw new BrokerError(decided.code, decided.message, { retryAfter: decided.retryAfter });
  }
}

/** Who is asking: verified, used up, and of an owner that this broker serves. */
export async function identify(deps: ExchangeDeps, subjectToken: string): Promise<Subject> {
  const subject = await deps.authenticate(subjectToken);
  const refusal = deps.ownerRefusal(subject);
  await useUp(deps.store, subject, async (tx) => (refusal === undefined ? recordReplay(deps, tx, subject) : undefined));
  if (refusal !== undefined) throw refusal;
  return subject;
}
