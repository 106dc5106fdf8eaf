// Tiles and entry bundles of a log as C2SP lays them out (https://c2sp.org/tlog-tiles): which a tree has, where each stands,
// and how the entries of a bundle run on into each other. Who writes a log and who reads it go by the same lines.

export const TILE_WIDTH = 256;
/** An entry bundle carries each length as a uint16. */
export const MAX_LEAF_BYTES = 65_535;

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** how many hashes it has; fewer than `TILE_WIDTH` at the right edge only */
  readonly width: number;
}

/** Every tile of the tree of `size` leaves, level by level. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let [level, count] = [0, size]; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH))
    for (let index = 0; index * TILE_WIDTH < count; index += 1)
      yield { level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) };
}

/** `tile/<L>/<N>[.p/<W>]`, or `tile/entries/…` for the bundle of the leaves below a tile of level 0. */
export function tilePath({ level, index, width }: Tile | (Omit<Tile, 'level'> & { level: 'entries' })): string {
  return `tile/${level}/${indexPath(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** Zero-padded elements of three digits, all but the last with an x before them: 1234067 is x001/x234/067. */
function indexPath(index: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const elements = Array.from(digits.matchAll(/.{3}/g), ([three]) => three);
  return elements.map((element, at) => (at === elements.length - 1 ? element : `x${element}`)).join('/');
}

export function formatBundle(leaves: readonly Buffer[]): Buffer {
  return Buffer.concat(leaves.flatMap((leaf) => [uint16(leaf.length), leaf]));
}

/** The leaves of a bundle; undefined where its bytes do not come out even. */
export function parseBundle(bundle: Buffer): Buffer[] | undefined {
  const leaves: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const end = at + 2 + bundle.readUInt16BE(at);
    leaves.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return at === bundle.length ? leaves : undefined;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
