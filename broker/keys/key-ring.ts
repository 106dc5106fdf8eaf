// The signing keys as a running broker has them in memory. After a rotation others take their place at once, for everybody who
// holds the ring.
import type { SigningKeys } from './signing-keys.ts';

export interface KeyRing extends SigningKeys {
  /** of what those in it were opened from */
  readonly version: string;
  /** From here on these. */
  replace(keys: SigningKeys, version: string): void;
  /** Publishes these of its keys, and no others. */
  publishOnly(ids: ReadonlySet<string>): void;
}

export function createKeyRing(first: SigningKeys): KeyRing {
  let [keys, version] = [first, ''];
  return {
    get log() {
      return keys.log;
    },
    get published() {
      return keys.published;
    },
    credential: (algorithm) => keys.credential(algorithm),
    get version() {
      return version;
    },
    replace(others, openedFrom) {
      keys = others;
      version = openedFrom;
    },
    publishOnly(ids) {
      const left = <T extends { readonly id: string }>(some: readonly T[]): readonly T[] =>
        some.filter(({ id }) => ids.has(id));
      keys = { ...keys, published: left(keys.published), log: { ...keys.log, published: left(keys.log.published) } };
    },
  };
}
