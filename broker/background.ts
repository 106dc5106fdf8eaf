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

export function every(interval: Millis, job: BackgroundJob, logger: Logger): Background {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const again = (): void => {
    if (!stopped) timer = setTimeout(start, interval);
  };
  const start = (): void => {
    running = job
      .run()
      .catch((error: unknown) => logger.error(`${job.name} failed; it will be tried again`, { error }))
      .then(again);
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
