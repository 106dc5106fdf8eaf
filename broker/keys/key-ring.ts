// The signing keys as a running broker has them in memory. After a rotation others take their place at once, for everybody who
// holds the ring.
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface KeyRing extends SigningKeys {
  /** undefined until the store was read by who follows it */
  readonly openedFrom: OpenedFrom | undefined;
  /** From here on these. */
  replace(keys: SigningKeys, openedFrom: OpenedFrom): void;
  /** Publishes these of its keys, and no others. */
  publishOnly(ids: ReadonlySet<string>): void;
}

export interface OpenedFrom {
  /** of all rows that the store had */
  readonly version: string;
  /** those of them that the log vouches for */
  readonly rows: readonly SigningKeyRow[];
}

export function createKeyRing(first: SigningKeys): KeyRing {
  let keys = first;
  let openedFrom: OpenedFrom | undefined;
  return {
    get log() {
      return keys.log;
    },
    get published() {
      return keys.published;
    },
    credential: (algorithm) => keys.credential(algorithm),
    get openedFrom() {
      return openedFrom;
    },
    replace(others, from) {
      keys = others;
      openedFrom = from;
    },
    publishOnly(ids) {
      const left = <T extends { readonly id: string }>(some: readonly T[]): readonly T[] =>
        some.filter(({ id }) => ids.has(id));
      keys = { ...keys, published: left(keys.published), log: { ...keys.log, published: left(keys.log.published) } };
    },
  };
}
