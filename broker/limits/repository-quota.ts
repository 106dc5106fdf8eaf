// How much one repository may ask (`limits` of the configuration), counted after its token was verified: `requests-per-repository`
// of all its asks, and a share of those that may be refused. Past that share a refusal is neither decided nor written down, so
// that a job that asks wrongly in a loop cannot fill the log; what the policy permits goes on.
import type { Elapsed, Millis, Seconds } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Subject } from '../model.ts';
import { type Rate, RateLimit } from './rate-limit.ts';

export interface RepositoryLimits {
  readonly requests: Rate;
  /** of `requests`: more than 0, at most 1 */
  readonly refusedShare: number;
}

export interface TooMany {
  readonly code: 'RATE_LIMITED';
  readonly message: string;
  readonly retryAfter: Seconds;
}

export interface RepositoryQuota {
  /** @throws BrokerError RATE_LIMITED where the repository has asked too often */
  count(subject: Subject): void;
  /** Of an ask that was counted and was none: its token had been used before. */
  uncount(subject: Subject): void;
  /** What to answer instead of one more refusal; undefined while there may be one. */
  insteadOfRefusal(subject: Subject): TooMany | undefined;
  countRefusal(subject: Subject): void;
}

/** One repository, whatever it is called: ids of two issuers overlap. */
export const repositoryKey = ({ issuer, repositoryId }: Subject): string => `${issuer} ${repositoryId}`;

export interface RepositoryQuotaOptions extends RepositoryLimits {
  readonly elapsed: Elapsed;
  readonly onLimited?: (limit: 'repository' | 'refused-share') => void;
}

export function createRepositoryQuota(options: RepositoryQuotaOptions): RepositoryQuota {
  const { requests, refusedShare, elapsed, onLimited = () => undefined } = options;
  const refusals: Rate = { ...requests, count: Math.max(1, Math.floor(requests.count * refusedShare)) };
  const asked = new RateLimit({ ...requests, elapsed });
  const refused = new RateLimit({ ...refusals, elapsed });
  const limited = (limit: 'repository' | 'refused-share', wait: Millis): TooMany => {
    onLimited(limit);
    const retryAfter = Math.ceil(wait / 1000);
    const what = limit === 'repository' ? 'asked' : 'been refused';
    const message = `This repository has ${what} more often than this broker lets one repository. Ask again in ${retryAfter} s, with a fresh token.`;
    return { code: 'RATE_LIMITED', message, retryAfter };
  };
  return {
    count(subject) {
      const wait = asked.take(repositoryKey(subject));
      if (wait === 0) return;
      const { code, message, retryAfter } = limited('repository', wait);
      throw new BrokerError(code, message, { retryAfter });
    },
    uncount(subject) {
      asked.giveBack(repositoryKey(subject));
    },
    insteadOfRefusal(subject) {
      const wait = refused.wait(repositoryKey(subject));
      return wait > 0 ? limited('refused-share', wait) : undefined;
    },
    countRefusal(subject) {
      refused.take(repositoryKey(subject));
    },
  };
}
