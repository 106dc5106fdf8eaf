// One pass over the leaves of a log: the tree grows leaf by leaf, and its root is compared wherever something claims to know
// it (a checkpoint, or what somebody kept), its hashes with every tile that it completes. It keeps the right edge and one tile
// a level, so that a log of any length fits.
import { appendToEdge, type Hash, rootOf, rootOfEdge } from '../../shared/merkle.ts';
import { TILE_WIDTH, type Tile } from '../../shared/tiles.ts';
import type { KeyChain } from './key-chain.ts';
import type { KeptCheckpoint, LogSource } from './log-source.ts';

/** A state of the log that somebody kept: it must be a prefix of what is verified now. */
export interface EarlierState {
  /** what it is, for the report: `the anchor file`, `the receipt` */
  readonly what: string;
  readonly size: number;
  readonly root: Hash;
  /** its signed checkpoint, where nobody looked at the signatures yet */
  readonly note?: string;
}

export interface WalkOptions {
  readonly keys: KeyChain;
  readonly earlier: readonly EarlierState[];
  readonly report: (problem: string) => void;
}

interface Completed {
  readonly tile: Tile;
  readonly hashes: readonly Hash[];
}

export class TreeWalk {
  size = 0;
  edge: readonly Hash[] = [];
  checkpoints = 0;
  /** origin that the checkpoints name */
  origin: string | undefined;
  #covered = 0;
  /** when the entry before was appended */
  #lastTime: number | undefined;
  #completed: Completed[] = [];
  readonly #levels: Hash[][] = [];
  readonly #options: WalkOptions;
  readonly #earlier: EarlierState[];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#earlier = [...options.earlier];
    this.#compareEarlier();
  }

  /** A state that must hold too, said before the first leaf. */
  expect(state: EarlierState): void {
    this.#earlier.push(state);
  }

  get root(): Hash {
    return rootOfEdge(this.edge);
  }

  /** `time`: when the entry was appended, where that is known. */
  add(hash: Hash, { checkpoint, time }: { checkpoint: KeptCheckpoint | undefined; time: number | undefined }): void {
    this.#compareMoment(time);
    this.edge = appendToEdge(this.edge, this.size, hash);
    this.size += 1;
    this.#addToTile(0, hash);
    if (checkpoint !== undefined) this.#compareCheckpoint(checkpoint);
    this.#compareEarlier();
  }

  /** Compares the tiles that were completed since. */
  async compareTiles(source: LogSource): Promise<void> {
    for (const { tile, hashes } of this.#completed.splice(0)) {
      const problem = await source.tileProblem(tile, hashes);
      if (problem !== undefined) this.#options.report(problem);
    }
  }

  /** What can be said only after the last leaf. */
  async finish(source: LogSource): Promise<void> {
    const { report } = this.#options;
    if (this.#covered < this.size) report(`the last ${this.size - this.#covered} entries are under no checkpoint`);
    for (const { what, size } of this.#earlier)
      if (size > this.size)
        report(`${what} covers ${size} entries, and there are only ${this.size}: the log was truncated or rolled back`);
    this.#compareKeys();
    this.#completed.push(...this.#partialTiles());
    await this.compareTiles(source);
  }

  /** The hashes that a level's last tile has so far. */
  #partialTiles(): Completed[] {
    return this.#levels.flatMap((hashes, level) =>
      hashes.length === 0 ? [] : [{ tile: this.#place(level, hashes.length), hashes }],
    );
  }

  #place(level: number, width: number): Tile {
    return { level, index: Math.ceil(Math.floor(this.size / TILE_WIDTH ** level) / TILE_WIDTH) - 1, width };
  }

  #addToTile(level: number, hash: Hash): void {
    const hashes = this.#levels[level] ?? [];
    this.#levels[level] = hashes;
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const full = hashes.splice(0);
    this.#completed.push({ tile: this.#place(level, TILE_WIDTH), hashes: full });
    this.#addToTile(level + 1, rootOf(full));
  }

  #compareEarlier(): void {
    for (const { what, size, root } of this.#earlier)
      if (size === this.size && !root.equals(this.root))
        this.#options.report(`${what} has another root over the first ${size} entries: the log was changed or forked`);
  }

  /** By whom everything is signed can be said once all keys are known. */
  #compareKeys(): void {
    const { report, keys } = this.#options;
    const untrusted = keys.problemOfTrust();
    if (untrusted !== undefined) report(untrusted);
    for (const { what, size, note } of this.#earlier) {
      const problem = note === undefined ? undefined : keys.problemOfKept(note, size);
      if (problem !== undefined) report(`${what} ${problem}`);
    }
  }

  /** Each commit that made the log grow signed one: between entries of two moments there is one. */
  #compareMoment(time: number | undefined): void {
    const before = this.#lastTime;
    this.#lastTime = time;
    if (before !== undefined && time !== undefined && before !== time && this.#covered !== this.size)
      this.#options.report(
        `the checkpoint of ${this.size} entries is missing, and one was signed: the next is of another moment`,
      );
  }

  #compareCheckpoint({ size, note, time }: KeptCheckpoint): void {
    const { report, keys } = this.#options;
    this.checkpoints += 1;
    this.#covered = size;
    if (time !== undefined && this.#lastTime !== undefined && time !== this.#lastTime)
      report(`the checkpoint of ${size} entries is kept under another time than that of its last entry`);
    try {
      const { head, others } = keys.open(note);
      this.origin = head.origin;
      // What is kept is what the broker signed; a published one may carry signatures of others.
      if (time !== undefined && others > 0)
        report(`the checkpoint of ${size} entries carries a signature that nobody knows`);
      if (head.size !== size) report(`the checkpoint of ${size} entries says it has ${head.size}`);
      else if (!head.root.equals(this.root))
        report(
          `the checkpoint of ${size} entries has another root: one of the first ${size} entries was changed, removed or reordered`,
        );
    } catch (error) {
      report(`the checkpoint of ${size} entries does not hold: ${(error as Error).message}`);
    }
  }
}
