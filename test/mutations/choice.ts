// Choices by a seed: the same seed chooses the same way.

export class Choice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `limit` (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  of<T>(all: readonly T[]): T {
    if (all.length === 0) throw new RangeError('there is nothing to choose from');
    return all[this.below(all.length)] as T;
  }

  /** Two different ones, the earlier first. */
  twoOf<T>(all: readonly T[]): [T, T] {
    const first = this.below(all.length - 1);
    const second = first + 1 + this.below(all.length - first - 1);
    return [all[first] as T, all[second] as T];
  }

  /** Another text: one of its characters changed, or one taken away. */
  textUnlike(text: string): string {
    const at = this.below(Math.max(1, text.length));
    const other = this.of(['0', '1', 'a', 'f', 'x', 'Z']);
    return this.below(4) === 0
      ? text.slice(0, at) + text.slice(at + 1)
      : text.slice(0, at) + other + text.slice(at + 1);
  }
}
