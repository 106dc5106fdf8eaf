// Lets others have the thread: work that takes seconds calls it again and again, and now and then gives way for one turn of the
// event loop, so that a request waits for milliseconds of it and not for all.
import type { Elapsed, Millis } from './clock.ts';
import { nextTurn } from './next-turn.ts';
import type { Breathe } from './policy/steps.ts';

const HELD_LONG: Millis = 5;

export function createBreathe(elapsed: Elapsed): Breathe {
  let since = elapsed();
  return () => {
    if (elapsed() - since < HELD_LONG) return undefined;
    return nextTurn().then(() => {
      since = elapsed();
    });
  };
}
