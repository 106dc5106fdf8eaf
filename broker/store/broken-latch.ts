// Once broken, always broken. After an I/O error nobody knows what is on the disk: Linux forgets what a failed fsync could not
// write, reads it back from its cache as if it were there, and lets the next fsync succeed. So nothing is tried a second time;
// the process ends, and the next one starts from what it can write down anew.
import { StoreBroken } from '../errors.ts';
import { breaksStore } from './store-failure.ts';

export interface BrokenLatch {
  readonly broken: boolean;
  /** Latches where the error is one that breaks the store. */
  see(error: unknown): void;
  /** @throws StoreBroken once it is latched */
  check(): void;
}

export function createBrokenLatch(onBroken: (cause: unknown) => void): BrokenLatch {
  let first: { readonly cause: unknown } | undefined;
  return {
    get broken() {
      return first !== undefined;
    },
    see(error) {
      if (first !== undefined || !breaksStore(error)) return;
      first = { cause: error };
      onBroken(error);
    },
    check() {
      if (first !== undefined) throw new StoreBroken(first.cause);
    },
  };
}
