// How late this process gets round to its work: for a metric since the last scrape, and for readiness lately.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Elapsed, Millis } from '../clock.ts';

export interface EventLoop {
  /** of the last half second */
  lateness(): Millis;
  /** since the last call; quantiles by their name as a label */
  takeDelays(): Readonly<Record<string, Millis>>;
  stop(): void;
}

const TICK_MS: Millis = 500;
/** between two samples: as coarse as what matters here, and cheap */
const RESOLUTION_MS: Millis = 20;

export function watchEventLoop(elapsed: Elapsed): EventLoop {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let ticked = elapsed();
  let late: Millis = 0;
  const timer = setInterval(() => {
    const now = elapsed();
    late = Math.max(0, now - ticked - TICK_MS);
    ticked = now;
  }, TICK_MS);
  timer.unref();
  return {
    lateness: () => Math.max(late, elapsed() - ticked - TICK_MS),
    takeDelays() {
      const taken = { '0.5': lateBy(delays, 50), '0.99': lateBy(delays, 99), '1': lateBy(delays, 100) };
      delays.reset();
      return taken;
    },
    stop() {
      clearInterval(timer);
      delays.disable();
    },
  };
}

type Delays = Pick<ReturnType<typeof monitorEventLoopDelay>, 'count' | 'percentile'>;

/** A sample is the time between two ticks, in nanoseconds. */
const lateBy = (delays: Delays, percent: number): Millis =>
  Math.max(0, (delays.count === 0 ? 0 : delays.percentile(percent)) / 1e6 - RESOLUTION_MS);
