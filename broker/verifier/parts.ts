// Divides the requests of a long log into parts, so that those of one part fit into memory together with their rows.

export type IsOurs = (id: string) => boolean;

/** One test a part: each id is of exactly one of them. */
export function partsOf(size: number, entriesAtOnce: number): readonly IsOurs[] {
  const count = Math.max(1, Math.ceil(size / entriesAtOnce));
  return Array.from({ length: count }, (_, part) => (id) => count === 1 || numberOf(id) % count === part);
}

function numberOf(id: string): number {
  let number = 0;
  for (let at = 0; at < id.length; at += 1) number = (number * 31 + id.charCodeAt(at)) % 2 ** 31;
  return number;
}
