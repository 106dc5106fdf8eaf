// Work in steps: all at once for a command, or with others having the thread in between, by one and the same code.

/** Lets others have the thread, when it was held long enough. */
export type Breathe = () => Promise<void> | undefined;

/** Yields wherever it may be held up, and returns what comes of it. */
export type Steps<T> = Generator<void, T>;

export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

export async function inTurns<T>(steps: Steps<T>, breathe: Breathe): Promise<T> {
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await breathe();
  return step.value;
}
