// Numbers that look random and come again with the same seed (mulberry32), so that a drill can be told apart and repeated.
export interface Random {
  /** from 0 to below `limit` */
  below(limit: number): number;
  /** true so many times in a hundred */
  percent(share: number): boolean;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (limit) => Math.floor(next() * limit), percent: (share) => next() * 100 < share };
}
