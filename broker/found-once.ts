// What was found out, kept for as long as it may be believed. Those who ask for the same at the same time wait for one answer, so
// that a hundred jobs of one run are one question. In memory alone, and bounded.
import type { Clock, Millis } from './clock.ts';

export interface FoundOnce {
  /**
   * @param until how long it may be believed, from what was found
   * @param keeps whether a failure is as good as an answer for a while
   */
  get<T>(key: string, find: () => Promise<T>, rules: Rules<T>): Promise<T>;
  forget(key: string): void;
}

export interface Rules<T> {
  readonly until: (value: T) => Millis;
  readonly keeps: (failure: unknown) => boolean;
}

interface Kept {
  readonly answer: Promise<unknown>;
  /** undefined while it is being found out */
  believed: { readonly from: Millis; readonly until: Millis } | undefined;
}

const FAILURE_KEPT_MS: Millis = 10_000;
const MOST = 10_000;

export function createFoundOnce(clock: Clock): FoundOnce {
  const all = new Map<string, Kept>();
  const forgetOldest = (): void => {
    const [oldest] = all.keys();
    if (all.size > MOST && oldest !== undefined) all.delete(oldest);
  };
  /** A clock that was set back makes it old rather than young for as long as that. */
  const isKnown = ({ believed }: Kept): boolean => {
    const now = clock.now();
    return believed === undefined || (believed.from <= now && now < believed.until);
  };
  const believe = (kept: Kept, until: Millis): void => {
    kept.believed = { from: clock.now(), until };
  };
  return {
    forget: (key) => void all.delete(key),
    get<T>(key: string, find: () => Promise<T>, { until, keeps }: Rules<T>): Promise<T> {
      const known = all.get(key);
      if (known !== undefined && isKnown(known)) return known.answer as Promise<T>;
      const answer = find();
      const kept: Kept = { answer, believed: undefined };
      all.delete(key);
      all.set(key, kept);
      forgetOldest();
      answer.then(
        (value) => believe(kept, until(value)),
        (failure: unknown) => {
          if (keeps(failure)) believe(kept, clock.now() + FAILURE_KEPT_MS);
          else if (all.get(key) === kept) all.delete(key);
        },
      );
      return answer;
    },
  };
}
