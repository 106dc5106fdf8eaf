// The signing keys as a running broker has them in memory. After a rotation others take their place at once, for everybody who
// holds the ring.
import type { SigningKeys } from './signing-keys.ts';

export interface KeyRing extends SigningKeys {
  /** From here on these. */
  replace(keys: SigningKeys): void;
}

export function createKeyRing(first: SigningKeys): KeyRing {
  let keys = first;
  return {
    get log() {
      return keys.log;
    },
    get published() {
      return keys.published;
    },
    credential: (algorithm) => keys.credential(algorithm),
    replace(others) {
      keys = others;
    },
  };
}
