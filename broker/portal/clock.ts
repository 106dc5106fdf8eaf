// The time in the browser, and the one place that asks for it. What is shown is rounded, so that a page looks calm.
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

export const now = (): number => Date.now();

export interface TimeView {
  readonly now: number;
  /** UTC instead of the zone of this browser */
  readonly utc: boolean;
}

export const TimeContext = createContext<TimeView>({ now: 0, utc: false });
export const useTimes = (): TimeView => useContext(TimeContext);

const TICK_MS = 5_000;

/** The time, again every few seconds while the page is seen. */
export function useTicking(): number {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const tick = (): void => setAt(now());
    const timer = setInterval(tick, TICK_MS);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, []);
  return at;
}
