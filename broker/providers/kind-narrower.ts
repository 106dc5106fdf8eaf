// The narrowest offer that still takes what is used of it: what lint writes out where an offer takes more.

/** One direction of an offer, as `Reach` of kind-definition.ts says it. */
interface Direction<P> {
  readonly offer: string;
  readonly values: (parameters: P) => readonly string[];
  readonly leftOut?: 'nothing' | 'anything';
}

/** `fits`: all of it is used. `unused`: none of it is. Else the narrower offer. */
export type Narrowed = 'fits' | 'unused' | Readonly<Record<string, unknown>>;

/** `used`: the parameters that this offer takes whole. */
export function narrowerOffer<P>(
  reach: readonly Direction<P>[],
  offer: Readonly<Record<string, readonly string[] | undefined>>,
  used: readonly P[],
): Narrowed {
  if (used.length === 0) return 'unused';
  const lists = reach.flatMap(({ offer: key, values }) => {
    const offered = offer[key];
    if (offered === undefined) return [];
    const needed = [...new Set(used.flatMap(values))];
    return [{ key, needed, fits: sameSet(needed, offered) }];
  });
  if (lists.every(({ fits }) => fits)) return 'fits';
  // A list that nothing needs is left out: an empty one would be refused.
  return Object.fromEntries(lists.filter(({ needed }) => needed.length > 0).map(({ key, needed }) => [key, needed]));
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === new Set(b).size && a.every((one) => b.includes(one));
