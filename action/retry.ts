// Trying again, within bounds: for what can pass by itself (a connection lost, a broker that restarts). Every attempt
// makes its own fresh subject token; what must stay the same between attempts is the caller's to keep.
import { ActionFailure } from './action-failure.ts';
import type { Job } from './job.ts';

export interface Patience {
  readonly attempts: number;
  readonly withinMs: number;
}

/** An attempt failed in a way that may pass. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  readonly afterMs: number | undefined;

  /** `afterMs`: how long the other side asked to wait */
  constructor(reason: string, afterMs?: number) {
    super(reason);
    this.afterMs = afterMs;
  }
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Runs `attempt` until it gives a result or fails otherwise than by TryAgain; it is told how many milliseconds are left.
 * @throws ActionFailure that says what was tried, once patience ends
 */
export async function patiently<T>(
  job: Pick<Job, 'clock' | 'log' | 'randomBytes'>,
  patience: Patience,
  attempt: (leftMs: number) => Promise<T>,
): Promise<T> {
  const start = job.clock.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(start + patience.withinMs - job.clock.now());
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      const wait = Math.min(error.afterMs ?? backOff(tries, job.randomBytes), LONGEST_WAIT_MS);
      const elapsed = job.clock.now() - start;
      if (tries >= patience.attempts || elapsed + wait >= patience.withinMs) throw gaveUp(error, tries, elapsed);
      job.log.info(
        `${error.message}; trying again in ${inSeconds(wait)} (${tries} of at most ${patience.attempts} attempts made).`,
      );
      await job.clock.sleep(wait);
    }
  }
}

/** 2, 4, 8, 16 s, each shortened by up to half at random, so that many jobs don't come back at one moment. */
function backOff(tries: number, randomBytes: Job['randomBytes']): number {
  return FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + randomBytes(1).readUInt8() / 512);
}

function gaveUp(last: TryAgain, tries: number, elapsed: number): ActionFailure {
  const tried = tries === 1 ? 'Tried once' : `Tried ${tries} times in ${inSeconds(elapsed)}; the last time`;
  return new ActionFailure('Buildpass got no answer', `${tried}: ${last.message}.`);
}

const inSeconds = (milliseconds: number): string => `${Math.round(milliseconds / 100) / 10} s`;
