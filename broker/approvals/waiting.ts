// Jobs that wait for people, in memory: each holds one connection and is woken when its request changed, without asking the
// store. Whoever did not look in for a while is gone, and nothing is approved for a job that nobody would collect for.
import type { Elapsed, Millis, Seconds } from '../clock.ts';

export interface Waiting {
  /** Resolves when the request changed, when the time is over, or when the caller gave up. Call before reading the state. */
  next(requestId: string, time: Millis, gaveUp: AbortSignal): Promise<void>;
  /** The job of a request was heard of. */
  heardOf(requestId: string): void;
  /** Whether the token endpoint was asked about it again before its interval was over (RFC 8628 §3.5); counts as asking. */
  asksTooSoon(requestId: string): boolean;
  /** Whether the job of a request waits, or was heard of lately. */
  isHere(requestId: string): boolean;
  /** These requests changed, durably. */
  announce(requestIds: readonly string[]): void;
  /** Lets everybody go, who will come back: this broker stops. */
  release(): void;
  /** How many wait now. */
  count(): number;
}

/** Seconds between two asks of the token endpoint while people decide (RFC 8628 §3.2); whoever waits at its request needs none. */
export const ASK_INTERVAL: Seconds = 5;
/** Unpolled for so long, a job is taken to be gone. */
const GONE_AFTER_MS: Millis = 90_000;
/** Those that went long ago are forgotten once there are so many. */
const REMEMBERED = 10_000;

export function createWaiting(elapsed: Elapsed): Waiting {
  const started = elapsed();
  const waiters = new Map<string, Set<() => void>>();
  const lastHeard = new Map<string, Millis>();
  const lastAsked = new Map<string, Millis>();
  const heardOf = (requestId: string): void => remember(lastHeard, requestId, elapsed());
  return {
    heardOf,
    asksTooSoon(requestId) {
      const before = lastAsked.get(requestId);
      remember(lastAsked, requestId, elapsed());
      return before !== undefined && elapsed() - before < ASK_INTERVAL * 1000;
    },
    async next(requestId, time, gaveUp) {
      heardOf(requestId);
      if (time <= 0 || gaveUp.aborted) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          gaveUp.removeEventListener('abort', done);
          leave(waiters, requestId, done);
          resolve();
        };
        const timer = setTimeout(done, time);
        gaveUp.addEventListener('abort', done);
        waiters.set(requestId, (waiters.get(requestId) ?? new Set()).add(done));
      });
      if (!gaveUp.aborted) heardOf(requestId);
    },
    isHere(requestId) {
      if (waiters.has(requestId)) return true;
      // After a start every job has its time to come back.
      return elapsed() - (lastHeard.get(requestId) ?? started) <= GONE_AFTER_MS;
    },
    announce(requestIds) {
      for (const id of requestIds) for (const wake of [...(waiters.get(id) ?? [])]) wake();
    },
    release() {
      for (const of of [...waiters.values()]) for (const wake of [...of]) wake();
    },
    count: () => [...waiters.values()].reduce((sum, of) => sum + of.size, 0),
  };
}

function leave(waiters: Map<string, Set<() => void>>, requestId: string, done: () => void): void {
  const others = waiters.get(requestId);
  others?.delete(done);
  if (others?.size === 0) waiters.delete(requestId);
}

/** The oldest go first; a job that waits is known by its connection. */
function remember(times: Map<string, Millis>, requestId: string, now: Millis): void {
  times.delete(requestId);
  times.set(requestId, now);
  if (times.size <= REMEMBERED) return;
  for (const oldest of times.keys()) {
    times.delete(oldest);
    return;
  }
}
