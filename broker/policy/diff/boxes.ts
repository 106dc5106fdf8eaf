// What one rule allows and others don't, exactly: a rule allows a box of samples, one list an attribute; taking one box from another
// leaves boxes again. What is left at the end is what only the rule allows.

/** For each attribute, the samples that are in it. */
export type Box<T> = readonly (readonly T[])[];
type Lookup<T> = readonly ReadonlySet<T>[];

/** How many samples may still be looked at, for all that is asked of one entitlement. */
export interface Budget {
  left: number;
}

export interface Remainder<T> {
  readonly boxes: readonly Box<T>[];
  /** false where taking apart took too long, or more boxes than were asked for are left */
  readonly complete: boolean;
}

/** Made once, for many boxes that are held against it. */
export const lookupOf = <T>(box: Box<T>): Lookup<T> => box.map((samples) => new Set(samples));

/** Boxes without a common member that together hold what is in `box` and in none of `others`. At most `most` of them. */
export function remainder<T>(
  box: Box<T>,
  others: readonly Lookup<T>[],
  { most, budget }: { readonly most: number; readonly budget: Budget },
): Remainder<T> {
  const size = box.reduce((sum, samples) => sum + samples.length, 0);
  let boxes = box.some((samples) => samples.length === 0) ? [] : [box];
  for (const other of others) {
    budget.left -= boxes.length * size;
    if (budget.left < 0) return { boxes: [], complete: false };
    boxes = boxes.flatMap((one) => without(one, other));
  }
  return { boxes: boxes.slice(0, most), complete: boxes.length <= most };
}

/** What of `box` is not in `other`: for each attribute what is outside there, and in common with it in the attributes before. */
function without<T>(box: Box<T>, other: Lookup<T>): readonly Box<T>[] {
  const common = box.map((samples, at) => samples.filter((sample) => other[at]?.has(sample)));
  if (common.some((samples) => samples.length === 0)) return [box];
  return box.flatMap((samples, at) => {
    const outside = samples.filter((sample) => other[at]?.has(sample) !== true);
    return outside.length === 0 ? [] : [[...common.slice(0, at), outside, ...box.slice(at + 1)]];
  });
}
