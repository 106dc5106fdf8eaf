// What comes in on the request path, and what the path works with.
import type { Secret } from '../shared/secret.ts';
import type { Waiting } from './approvals/waiting.ts';
import type { Clock, Entropy } from './clock.ts';
import type { BrokerError } from './errors.ts';
import type { IssueDeps } from './issuance/issuing.ts';
import type { RepositoryQuota } from './limits/repository-quota.ts';
import type { Turns } from './limits/turns.ts';
import type { Append } from './log/append.ts';
import type { AskFacts, Subject } from './model.ts';
import type { InForce } from './policy/in-force-source.ts';
import type { NoticeNames } from './requests/name-drift.ts';
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
