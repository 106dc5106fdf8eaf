// Gives an act a deadline that holds even where the act ignores its signal.
import type { Millis } from '../clock.ts';

/** @throws the signal's TimeoutError once the time is over, whatever `act` does then */
export async function within<T>(time: Millis, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(time);
  const late = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => late.reject(signal.reason), { once: true });
  // Started inside a promise, so that an act that throws at once is an answer like any other.
  return Promise.race([Promise.resolve().then(() => act(signal)), late.promise]);
}
