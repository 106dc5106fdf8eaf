// Gives an act a deadline that holds even where the act ignores its signal.
import type { Millis } from '../clock.ts';

/** @throws a TimeoutError, which is the signal's reason too, once the time is over, whatever `act` does then */
export async function within<T>(time: Millis, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const late = Promise.withResolvers<never>();
  // Not `AbortSignal.timeout`: it cannot be called off, and would hold on to what every issuance knew until its time is over.
  const timer = setTimeout(() => {
    deadline.abort(new DOMException('The time is over.', 'TimeoutError'));
    late.reject(deadline.signal.reason);
  }, time);
  timer.unref();
  try {
    // Started inside a promise, so that an act that throws at once is an answer like any other.
    return await Promise.race([Promise.resolve().then(() => act(deadline.signal)), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
