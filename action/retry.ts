// Trying again, within bounds: for what can pass by itself (a connection lost, a broker that restarts). Every attempt
// makes its own fresh subject token; what must stay the same between attempts is the caller's to keep.
import { ActionFailure } from './action-failure.ts';
import type { Job } from './job.ts';

export interface Patience {
  readonly attempts: number;
  readonly withinMs: number;
  /** No attempt is begun after this, and the one under way gets LAST_WORDS_MS. */
  readonly until?: AbortSignal;
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
/** Whoever asks to be asked again at once is not hammered all the same. */
const SHORTEST_WAIT_MS = 1_000;
/** The runner gives a cancelled step 7.5 s: what is left of them must do for giving a lease back. */
const LAST_WORDS_MS = 4_000;

/**
 * Runs `attempt` until it gives a result or fails otherwise than by TryAgain; it is told how many milliseconds are left.
 * @throws ActionFailure that says what was tried, once patience ends
 */
export async function patiently<T>(
  job: Pick<Job, 'clock' | 'log' | 'randomBytes'>,
  patience: Patience,
  attempt: (leftMs: number) => Promise<T>,
): Promise<T> {
  const { until } = patience;
  const start = job.clock.now();
  for (let tries = 1; ; tries += 1) {
    try {
      const left = start + patience.withinMs - job.clock.now();
      return await whileWanted(job.clock, until, () => attempt(left));
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      const wait = Math.max(error.afterMs ?? backOff(tries, job.randomBytes), SHORTEST_WAIT_MS);
      const elapsed = job.clock.now() - start;
      if (tries >= patience.attempts || elapsed + wait >= patience.withinMs)
        throw gaveUp(error, { tries, elapsed, inFull: tries < patience.attempts });
      job.log.info(
        `${error.message}; trying again in ${inSeconds(wait)} (${tries} of at most ${patience.attempts} attempts made).`,
      );
      // An early end of the wait shows when the next attempt would begin.
      await job.clock.sleep(wait, until).catch(() => undefined);
    }
  }
}

async function whileWanted<T>(
  clock: Job['clock'],
  until: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  if (until === undefined) return attempt();
  if (until.aborted) throw cancelled();
  try {
    return await Promise.race([attempt(), whenLastWordsEnd(clock, until)]);
  } catch (error) {
    throw until.aborted && !(error instanceof ActionFailure) ? cancelled() : error;
  }
}

function whenLastWordsEnd(clock: Job['clock'], until: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = async (): Promise<void> => {
      await clock.sleep(LAST_WORDS_MS);
      reject(new TryAgain('the job was cancelled'));
    };
    until.addEventListener('abort', () => void end(), { once: true });
  });
}

const cancelled = (): ActionFailure =>
  new ActionFailure(
    'The job was cancelled',
    'Buildpass was still asking, and holds no credential. One that the broker issued unseen ends by itself.',
  );

/** 2, 4, 8, 16 s, each shortened by up to half at random, so that many jobs don't come back at one moment. */
function backOff(tries: number, randomBytes: Job['randomBytes']): number {
  return FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + randomBytes(1).readUInt8() / 512);
}

/** With the wait that was too long for us. */
const inFull = ({ message, afterMs }: TryAgain): string =>
  afterMs === undefined ? message : `${message}, and asks to wait ${inSeconds(afterMs)}`;

interface GivenUp {
  readonly tries: number;
  readonly elapsed: number;
  readonly inFull: boolean;
}

/** A broker that asks to wait did answer: it is there, and cannot do it now. */
function gaveUp(error: TryAgain, { tries, elapsed, inFull: whole }: GivenUp): ActionFailure {
  const tried = tries === 1 ? 'Tried once' : `Tried ${tries} times in ${inSeconds(elapsed)}; the last time`;
  const title = error.afterMs === undefined ? 'Buildpass got no answer' : 'Buildpass could not do it';
  return new ActionFailure(title, `${tried}: ${whole ? inFull(error) : error.message}.`);
}

const inSeconds = (milliseconds: number): string => `${Math.round(milliseconds / 100) / 10} s`;
