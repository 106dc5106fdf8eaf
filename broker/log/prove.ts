// Proofs from the stored tree: inclusion of an entry, tiles, and the root of the tree as it was at an earlier size.
import { type Hash, inclusionProof, type NodeReader, rangeRoot, rootOf } from '../../shared/merkle.ts';
import { formatProof, type Receipt } from '../../shared/receipt.ts';
import { TILE_WIDTH } from '../../shared/tiles.ts';
import type { LogTables } from '../store/log-tables.ts';
import type { Store } from '../store/store.ts';
import type { Appended } from './append.ts';
import type { RecentTree } from './recent-tree.ts';

const TILE_HEIGHT = 8;

/** Roots of complete subtrees, from at most one tile's worth of stored hashes. */
export function nodeReader(log: LogTables): NodeReader {
  return async (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    return rootOf(await hashesAt(log, tileLevel, { start: index * width, end: (index + 1) * width }));
  };
}

/**
 * The receipt of the entry at `index`, proved to the first checkpoint that covers it: asked again, it is the same receipt.
 */
export async function receiptOf(log: LogTables, index: number): Promise<Receipt> {
  const [entry, checkpoint] = [await log.entry(index), await log.checkpointCovering(index)];
  if (entry === undefined || checkpoint === undefined) throw new RangeError(`entry ${index} is not under a checkpoint`);
  return receipt(entry.leaf, { index, checkpoint, read: nodeReader(log) });
}

/** The receipts of all entries that change the keys of the log, oldest first. */
export async function keyChanges(log: LogTables): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for (const { entry_index: index, leaf } of await log.entriesOfKeys())
    if (JSON.parse(leaf).purpose === 'log') receipts.push(await receiptOf(log, index));
  return receipts;
}

/** The same receipt of an entry that was just committed, without a look into the store where that is not needed. */
export async function receiptOfNew(
  { store, recent }: { store: Store; recent: RecentTree },
  { index, leaf }: Appended,
): Promise<Receipt> {
  const checkpoint = recent.covering(index);
  if (checkpoint === undefined) return store.read((tx) => receiptOf(tx.log, index));
  const read: NodeReader = async (level, at) =>
    recent.node(level, at) ?? (await store.read((tx) => nodeReader(tx.log)(level, at)));
  return receipt(leaf, { index, checkpoint, read });
}

interface Place {
  readonly index: number;
  readonly checkpoint: { readonly size: number; readonly note: string };
  readonly read: NodeReader;
}

async function receipt(leaf: string, { index, checkpoint, read }: Place): Promise<Receipt> {
  const hashes = await inclusionProof(index, checkpoint.size, read);
  const proof = formatProof({ index, hashes, checkpoint: checkpoint.note });
  return { entry: Buffer.from(leaf).toString('base64'), proof };
}

/** Root of the tree of the first `size` leaves, 0 < size <= the log's. */
export async function rootAt(log: LogTables, size: number): Promise<Hash> {
  return rangeRoot({ start: 0, end: size }, nodeReader(log));
}

/** The hashes of a tile of `width` hashes, or undefined where the tree has no such tile (C2SP tlog-tiles). */
export async function tileBytes(
  log: LogTables,
  tile: { level: number; index: number; width: number },
): Promise<Buffer | undefined> {
  if (tile.width === TILE_WIDTH) {
    const stored = await log.tileHashes(tile.level, tile.index);
    return stored === undefined ? undefined : Buffer.from(stored, 'base64');
  }
  const start = tile.index * TILE_WIDTH;
  const hashes = await hashesAt(log, tile.level, { start, end: start + tile.width });
  return hashes.length === tile.width ? Buffer.concat(hashes) : undefined;
}

async function hashesAt(log: LogTables, level: number, range: { start: number; end: number }): Promise<Hash[]> {
  const texts = level === 0 ? await log.leafHashes(range) : await log.tileRoots(level - 1, range);
  return texts.map((text) => Buffer.from(text, 'base64'));
}
