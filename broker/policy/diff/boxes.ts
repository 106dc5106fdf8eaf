// What one rule allows and others don't, exactly: a rule allows a box of samples, one list an attribute; taking one box from another
// leaves boxes again. What is left at the end is what only the rule allows.

/** For each attribute, the indexes of the samples that are in it. */
export type Box = readonly (readonly number[])[];
type Lookup = readonly ReadonlySet<number>[];

/** How many samples may still be looked at, for all that is asked of one entitlement. */
export interface Budget {
  left: number;
}

export interface Remainder {
  readonly boxes: readonly Box[];
  /** false where taking apart took too long, or more boxes than were asked for are left */
  readonly complete: boolean;
}

/** Made once, for many boxes that are held against it. */
export const lookupOf = (box: Box): Lookup => box.map((samples) => new Set(samples));

/** Boxes without a common member that together hold what is in `box` and in none of `others`. At most `most` of them. */
export function remainder(
  box: Box,
  others: readonly Lookup[],
  { most, budget }: { most: number; budget: Budget },
): Remainder {
  const boxes: Box[] = [];
  const take = (from: Box, start: number): boolean => {
    const size = from.reduce((sum, samples) => sum + samples.length, 0);
    let at = start;
    for (; at < others.length && !meets(from, others[at] ?? []); at += 1) budget.left -= size;
    const other = others[at];
    if (other === undefined) boxes.push(from);
    if (other === undefined || budget.left < 0) return boxes.length <= most && budget.left >= 0;
    return apart(from, other).every((piece) => take(piece, at + 1));
  };
  const complete = box.some((samples) => samples.length === 0) || take(box, 0);
  return { boxes: boxes.slice(0, most), complete };
}

const meets = (box: Box, other: Lookup): boolean =>
  box.every((samples, at) => samples.some((sample) => other[at]?.has(sample)));

/** `box` without `other`, which meets it, as boxes that have nothing in common. */
function apart(box: Box, other: Lookup): readonly Box[] {
  const parts = box.map((samples, at) => ({
    common: samples.filter((sample) => other[at]?.has(sample)),
    outside: samples.filter((sample) => other[at]?.has(sample) !== true),
  }));
  return parts.flatMap(({ outside }, at) => {
    if (outside.length === 0) return [];
    return [box.map((all, index) => (index === at ? outside : index < at ? (parts[index]?.common ?? []) : all))];
  });
}
