// Where a log is read from, as the verifier sees it: a store, a directory that was exported, or hashes that are published.
// A source believes nothing and decides nothing; it says what is there, in order, and never more than a batch at a time.
import type { KeptRow, KeptTable, KeptValue } from '../../shared/kept-rows.ts';
import type { Hash } from '../../shared/merkle.ts';
import type { Receipt } from '../../shared/receipt.ts';
import type { Tile } from '../../shared/tiles.ts';

export interface LogSource {
  /** `hashes`: no entries, and no rows beside them */
  readonly has: 'everything' | 'hashes';
  /** How many entries it claims to have: nothing is believed of it, the work is divided by it. */
  size(): Promise<number>;
  /** The verifier keys that it names itself, newest first. */
  keys(): Promise<readonly string[]>;
  /** The entries that change its keys, each proved to the first checkpoint that covers it, where the entries are not there. */
  keyChanges(): Promise<readonly Receipt[]>;
  /** The leaves from the first on, without a gap. */
  batches(): AsyncIterable<Batch>;
  /** What is wrong with its tile, which must have these hashes; undefined where it is right, or not kept. */
  tileProblem(tile: Tile, hashes: readonly Hash[]): Promise<string | undefined>;
  rows(table: KeptTable): AsyncIterable<readonly KeptRow[]>;
  /** After everything was read: what it has that a log of this tree does not. */
  strays(tree: { readonly size: number; readonly edge: readonly Hash[] }): Promise<readonly string[]>;
}

/** Some leaves with what belongs to them. */
export interface Batch {
  readonly start: number;
  readonly leaves: readonly KeptLeaf[];
  readonly openings: readonly Opening[];
  /** those of sizes from `start` + 1 to the end of the batch, smallest first */
  readonly checkpoints: readonly KeptCheckpoint[];
}

export interface KeptLeaf {
  /** undefined where there are hashes only */
  readonly leaf: Buffer | undefined;
  /** what is kept as its hash */
  readonly hash: Hash;
  /** what else is kept of it, by the names of its members */
  readonly columns?: Readonly<Record<string, KeptValue>>;
}

/** Salt and value of a personal field. */
export interface Opening {
  readonly entry_index: number;
  readonly field: string;
  /** base64 of 128 bits */
  readonly salt: string;
  readonly value: string;
}

export interface KeptCheckpoint {
  readonly size: number;
  /** when it was signed; undefined where that is not kept */
  readonly time: number | undefined;
  readonly note: string;
}

/** What is there cannot be read as what it should be: a finding about the log, in words of its own. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Under the right names, whatever is in it. */
type Unchecked<T> = { readonly [K in keyof T]?: unknown };

/** @throws Unreadable where the row has not the form of one */
export function openingOf(row: Unchecked<Opening>): Opening {
  const { entry_index, field, salt, value } = row;
  if (
    typeof entry_index === 'number' &&
    typeof field === 'string' &&
    typeof salt === 'string' &&
    typeof value === 'string'
  )
    return { entry_index, field, salt, value };
  throw new Unreadable(`a personal field of entry ${entry_index} is kept in no form that can be read`);
}

/** @throws Unreadable where the row has not the form of one */
export function checkpointOf(row: Unchecked<KeptCheckpoint>): KeptCheckpoint {
  const { size, time, note } = row;
  if (typeof size === 'number' && typeof time === 'number' && typeof note === 'string') return { size, time, note };
  throw new Unreadable(`the checkpoint of ${size} entries is kept in no form that can be read`);
}
