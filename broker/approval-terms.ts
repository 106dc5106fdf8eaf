// What the policy asks of people before anything is issued, as its entitlements have it once they are compiled.
import type { Seconds } from './clock.ts';

/** Whose hand must not be the one that approves: who wrote what the job runs, or who wrote the policy that lets it. */
export type ApartFrom = 'commit-author' | 'policy-author';

/** What the policy asks of people, and what one approval is good for. */
export interface ApprovalTerms {
  /** teams whose members may approve; none where break-glass is the only way */
  readonly by: readonly string[];
  readonly count: number;
  readonly within: Seconds;
  /** whether people may approve their own request */
  readonly self: boolean;
  /** authors who may not approve, each asked of GitHub */
  readonly apartFrom: readonly ApartFrom[];
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
