// The words of deciding: what an ask is decided with, and how it can come out.
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import type { ExchangeDeps, TokenRequest } from '../exchange-deps.ts';
import type { IssuedNow } from '../issuance/issue-now.ts';
import type { ToIssue } from '../issuance/issuing.ts';
import type { Redelivered } from '../issuance/redeliver.ts';
import type { Reason, Subject } from '../model.ts';
import type { Store } from '../store/store.ts';

export type Permitted = ToIssue | ({ readonly outcome: 'issued' } & IssuedNow);

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

/** No answer to this ask as it is: the secret is another's, spent, or the answer is on its way. */
export interface Unanswered {
  readonly outcome: 'unanswered';
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfter?: Seconds;
}

export type Decided =
  | { readonly outcome: 'stranger'; readonly requestId: string }
  | Refused
  | Permitted
  | ({ readonly outcome: 'redelivered' } & Redelivered)
  | Pending
  | Unanswered;

/** People must decide; the job waits, and asks again once they have. */
export interface Pending {
  readonly outcome: 'pending';
  readonly requestId: string;
  /** made here where the client sent none */
  readonly requestSecret: Secret | undefined;
  readonly expiresIn: Seconds;
}

export type DecideDeps = Pick<
  ExchangeDeps,
  | 'append'
  | 'policies'
  | 'entropy'
  | 'answers'
  | 'providers'
  | 'logger'
  | 'withheld'
  | 'quota'
  | 'noticeNames'
  | 'noticeChannels'
  | 'askFacts'
>;

/** One ask, in the turn of its repository. */
export interface AskInTurn {
  readonly subject: Subject;
  readonly request: TokenRequest;
  /** what the first commit of the ask is made with */
  readonly commit: Store['commit'];
  /** ends the turn, before anybody else is waited for */
  readonly leave: () => void;
}
