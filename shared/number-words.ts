// Numbers and hashes as people read them.

/** 18204 is `18,204`. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** `1 entry`, `2 entries`. */
export const counted = (count: number, one: string, many: string): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** A digest in fours, shortened to its ends. */
export const shortDigest = (digest: string): string =>
  digest.length <= 20 ? digest : `${digest.slice(0, 4)} ${digest.slice(4, 8)} … ${digest.slice(-4)}`;
