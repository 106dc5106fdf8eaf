// A decoy: a token that is right in everything but its subject, which no job can have. `doctor` shows it to the system that issues:
// nothing should come of it, and in how it is refused the other side says what it has been told of this broker. Whatever does come of
// it is handed to nobody.
import type { Millis, Seconds } from './clock.ts';

/** One showing. Its id is `jti` of the token, and what the log has it under. */
export interface Decoy {
  readonly id: string;
  readonly project: string;
  readonly entitlement: string;
  readonly at: Millis;
}

/** For the record: whom it is shown to, what it asks for there, and for whom the token is. */
export interface DecoyTarget {
  readonly system: string;
  readonly target: string;
  readonly audience: string;
}

export const DECOY_OUTCOMES = [
  /** refused for its subject: what the other side looks at before that is as it must be */
  'subject-refused',
  /** refused for something that would refuse a job too */
  'refused',
  /** refused by a system that never says why */
  'refused-without-reason',
  /** taken, as any subject of this issuer would be */
  'accepted',
  /** no answer to go by */
  'unclear',
] as const;

export interface Shown {
  readonly outcome: (typeof DECOY_OUTCOMES)[number];
  /** what the other side said or did, as a sentence without its full stop */
  readonly found: string;
  /** what to do, the same way */
  readonly next?: string;
  /** of what came of it, or may have, and was not ended: when it has died at the latest */
  readonly livesUntil?: Millis;
}

export interface DecoyTaker<Parameters = unknown> {
  /** the longest life of what may come of one; 0 where nothing comes of it that could be kept */
  readonly longestLife: Seconds;
  targetOf(parameters: Parameters): DecoyTarget;
  /**
   * @throws UpstreamRefused where it was never shown
   * @throws Error where nobody knows what came of it
   */
  show(decoy: Decoy, parameters: Parameters, signal: AbortSignal): Promise<Shown>;
}
