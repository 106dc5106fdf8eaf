// A log of which only hashes are there: checkpoint, key and tiles, as a broker publishes them and anybody may copy them.
import { parseTreeHead } from '../../shared/checkpoint.ts';
import { KEY_CHANGES_FILE } from '../../shared/log-directory.ts';
import { HASH_BYTES, type Hash } from '../../shared/merkle.ts';
import type { Receipt } from '../../shared/receipt.ts';
import { splitNote } from '../../shared/signed-note.ts';
import { TILE_WIDTH, type Tile, tilePath, tilesOf } from '../../shared/tiles.ts';
import { type Batch, type LogSource, Unreadable } from './log-source.ts';

/** Reads a resource under the log's prefix, such as `checkpoint`; undefined where there is none. */
export type ReadResource = (path: string) => Promise<Buffer | undefined>;

export class HashSource implements LogSource {
  readonly has = 'hashes';
  readonly #read: ReadResource;

  constructor(read: ReadResource) {
    this.#read = read;
  }

  async size(): Promise<number> {
    return sizeIn(await this.#checkpoint());
  }

  async keys(): Promise<readonly string[]> {
    return linesOf((await this.#read('key'))?.toString('utf8'));
  }

  /** A log that never changed its key need not say so. */
  async keyChanges(): Promise<readonly Receipt[]> {
    const text = (await this.#read(KEY_CHANGES_FILE))?.toString('utf8');
    return linesOf(text).map(receiptOf);
  }

  async *batches(): AsyncGenerator<Batch> {
    const note = await this.#checkpoint();
    const size = sizeIn(note);
    const checkpoint = { size, note, time: undefined };
    for (let start = 0; start < size; start += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, size - start);
      const hashes = await readTile(this.#read, { level: 0, index: start / TILE_WIDTH, width });
      const leaves = hashes.map((hash) => ({ leaf: undefined, hash }));
      yield { start, leaves, openings: [], checkpoints: start + width === size ? [checkpoint] : [] };
    }
  }

  async tileProblem(tile: Tile, hashes: readonly Hash[]): Promise<string | undefined> {
    // Those of level 0 are what the hashes above them were made from.
    return tile.level === 0 ? undefined : wrongTile(this.#read, tile, hashes);
  }

  async *rows(): AsyncGenerator<never> {}

  async strays(): Promise<readonly string[]> {
    return [];
  }

  async #checkpoint(): Promise<string> {
    const note = await this.#read('checkpoint');
    if (note === undefined) throw new Unreadable('there is no checkpoint there');
    return note.toString('utf8');
  }
}

function receiptOf(line: string): Receipt {
  const { entry, proof } = parsed(line);
  if (typeof entry === 'string' && typeof proof === 'string') return { entry, proof };
  throw new Unreadable(`${KEY_CHANGES_FILE} has a line that is no receipt`);
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

/** The size that a checkpoint names, before anybody looked at its signature. */
export function sizeIn(note: string): number {
  try {
    return parseTreeHead(splitNote(note).text).size;
  } catch (error) {
    throw new Unreadable(`the checkpoint cannot be read: ${(error as Error).message}`);
  }
}

export const linesOf = (text = ''): readonly string[] => text.split('\n').filter((line) => line !== '');

/** @throws Unreadable where the tile is not there whole */
export async function readTile(read: ReadResource, tile: Tile): Promise<Hash[]> {
  const path = tilePath(tile);
  const bytes = await read(path);
  if (bytes?.length !== tile.width * HASH_BYTES) throw new Unreadable(`${path} is missing or has another length`);
  return Array.from({ length: tile.width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

export async function wrongTile(read: ReadResource, tile: Tile, hashes: readonly Hash[]): Promise<string | undefined> {
  const kept = await readTile(read, tile);
  const what = tile.level === 0 ? 'the hashes of its entries' : 'the roots of the tiles below';
  return Buffer.concat(kept).equals(Buffer.concat(hashes)) ? undefined : `${tilePath(tile)} does not hold ${what}`;
}

/** Whether a log of so many entries has a tile or bundle at this path. */
export function tilePathsOf(size: number): ReadonlySet<string> {
  const paths = [...tilesOf(size)].flatMap((tile) =>
    tile.level === 0 ? [tilePath(tile), tilePath({ ...tile, level: 'entries' })] : [tilePath(tile)],
  );
  return new Set(paths);
}
