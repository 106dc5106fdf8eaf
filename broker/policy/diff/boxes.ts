// What one rule allows and others don't, exactly: a rule allows a box of samples, one list an attribute; taking one box from another
// leaves boxes again. What is left at the end is what only the rule allows.

/** For each attribute, the indexes of the samples that are in it. */
export type Box = readonly (readonly number[])[];

/** Steps of taking apart; policies of people need some dozens. */
const MAX_STEPS = 20_000;

export interface Remainder {
  readonly boxes: readonly Box[];
  /** false where taking apart took too long: there may be more */
  readonly complete: boolean;
}

/** Boxes without a common member that together hold what is in `box` and in none of `others`. At most `most` of them. */
export function remainder(box: Box, others: readonly Box[], most: number): Remainder {
  const boxes: Box[] = [];
  let steps = 0;
  const take = (from: Box, at: number): boolean => {
    steps += 1;
    if (steps > MAX_STEPS || boxes.length >= most) return false;
    const other = others[at];
    if (other === undefined) {
      boxes.push(from);
      return true;
    }
    return apart(from, other).every((piece) => take(piece, at + 1));
  };
  const complete = box.some((samples) => samples.length === 0) || take(box, 0);
  return { boxes, complete };
}

/** `box` without `other`, as boxes that have nothing in common. */
function apart(box: Box, other: Box): readonly Box[] {
  const parts = box.map((samples, at) => split(samples, new Set(other[at])));
  if (parts.some(({ common }) => common.length === 0)) return [box];
  return parts.flatMap(({ outside }, at) => {
    if (outside.length === 0) return [];
    return [box.map((all, index) => (index === at ? outside : index < at ? (parts[index]?.common ?? []) : all))];
  });
}

const split = (samples: readonly number[], other: ReadonlySet<number>) => ({
  common: samples.filter((sample) => other.has(sample)),
  outside: samples.filter((sample) => !other.has(sample)),
});
