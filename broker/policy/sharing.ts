// Parts of a policy that are the same, once: of a hundred thousand entitlements most have a condition or a credential that their
// neighbour has too, and nothing that is compiled ever changes.

/** What was made for this key before, else what is made now. Equal keys must mean equal things. */
export type Share = <T>(key: string, make: () => T) => T;

export function createSharing(): Share {
  const made = new Map<string, unknown>();
  return <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
}

const NONE: readonly never[] = Object.freeze([]);

/** An empty list takes as much as a few words; most lists of an entitlement are empty. */
export const slim = <T>(list: readonly T[]): readonly T[] => (list.length === 0 ? NONE : list);
