// What the policy asks of people before anything is issued, as its entitlements have it once they are compiled.
import type { Seconds } from './clock.ts';

/** What the policy asks of people, and what one approval is good for. */
export interface ApprovalTerms {
  /** teams whose members may approve; none where break-glass is the only way */
  readonly by: readonly string[];
  readonly count: number;
  readonly within: Seconds;
  /** whether people may approve their own request */
  readonly self: boolean;
  /** whether who wrote or committed what the job runs may not approve (`apart-from: commit-author`) */
  readonly apartFromAuthor: boolean;
  readonly covers: 'job' | 'run' | 'plan';
  /** how many credentials one approval is good for */
  readonly issuances: number;
  /** SHA-256 (hex) of the whole entitlement as it is written: with another one, what was approved is not what is asked */
  readonly entitlementDigest: string;
  /** the way for emergencies, beside the approvals or in their place */
  readonly breakGlass: BreakGlassTerms | undefined;
}

export interface BreakGlassTerms {
  /** teams of which one member invokes it */
  readonly for: readonly string[];
  /** teams that are told at once */
  readonly notify: readonly string[];
  /** how long it may be invoked again, from the first time on; then it is shut until it was reviewed */
  readonly incident: Seconds;
}
