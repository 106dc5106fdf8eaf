// Work that comes back: one run at a time, the next only after the last one ended, and a failure is logged, never fatal.
import type { Millis } from './clock.ts';
import type { Logger } from './telemetry/logger.ts';

export interface Background {
  /** Stops coming back, and resolves when the run under way has ended. */
  stop(): Promise<void>;
}

export interface BackgroundJob {
  /** for the log, as in `reconciling failed` */
  readonly name: string;
  run(): Promise<unknown>;
}

/** Failures in a row after which somebody should look: 20 seconds of work that comes back every other one. */
const KEEPS_FAILING = 10;
/** After that it is said again now and then, not every time. */
const SAID_AGAIN = 300;

export interface EveryOptions {
  readonly logger: Logger;
  readonly onFailure?: (name: string) => void;
}

export function every(interval: Millis, job: BackgroundJob, { logger, onFailure }: EveryOptions): Background {
  let failures = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const again = (): void => {
    if (!stopped) timer = setTimeout(start, interval);
  };
  const succeeded = (): void => {
    if (failures > 0) logger.info(`${job.name} works again`, { failures });
    failures = 0;
  };
  const failed = (error: unknown): void => {
    failures += 1;
    onFailure?.(job.name);
    if (failures === 1) logger.warn(`${job.name} failed; it will be tried again`, { error });
    if (failures % SAID_AGAIN === KEEPS_FAILING)
      logger.error('background work keeps failing', { job: job.name, failures, error });
  };
  const start = (): void => {
    running = job.run().then(succeeded, failed).then(again);
  };
  again();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
