// Verifies a whole log from its rows: every leaf re-hashed, every personal field against its commitment, every checkpoint's
// signature and root, every tile. What is held from outside (a pinned key, an earlier checkpoint, receipt or anchor) shows
// truncation, rollback and forks, which rows that agree with each other cannot.
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { appendToEdge, type Hash, leafHash, rootOf, rootOfEdge } from '../../shared/merkle.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import type { CheckpointRow, LogEntryRow, LogTables, PersonalField } from '../store/log-tables.ts';
import { formatEdge, TILE_WIDTH } from './append.ts';
import { entryProblem } from './verify-entry.ts';

/** A state of the log that somebody kept: it must be a prefix of what is verified now. */
export interface EarlierState {
  /** what it is, for the report: `the anchor file`, `the receipt` */
  readonly what: string;
  readonly size: number;
  readonly root: Hash;
}

export interface LogReport {
  readonly size: number;
  /** base64 of the root over all leaves as they are now */
  readonly root: string;
  readonly checkpoints: number;
  /** each one sentence, in the order of the log; empty when everything holds */
  readonly problems: readonly string[];
}

export interface VerifyOptions {
  readonly verifiers: readonly NoteVerifier[];
  readonly earlier: readonly EarlierState[];
}

const BATCH = 1024;
const ENOUGH_PROBLEMS = 100;

export async function verifyLog(log: LogTables, options: VerifyOptions): Promise<LogReport> {
  const walk = new LogWalk(options);
  try {
    await walk.readAll(log);
  } catch (error) {
    // Rows may hold numbers that nothing can read: that is a finding too.
    walk.report(`after entry ${walk.size - 1} the store cannot be read: ${(error as Error).message}`);
  }
  return walk.result();
}

/** One pass over the leaves, with the root compared wherever something claims to know it. */
class LogWalk {
  size = 0;
  /** personal fields met so far */
  #personal = 0;
  #edge: Hash[] = [];
  readonly #problems: string[] = [];
  #checkpoints: ReadonlyMap<number, CheckpointRow> = new Map();
  /** sizes of the checkpoints whose root was met on the way */
  readonly #compared = new Set<number>();
  #newestCheckpoint = 0;
  readonly #options: VerifyOptions;
  readonly #levels: Hash[][] = [[]];
  readonly #tiles = new Map<string, { hashes: string; root: string }>();

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  async readAll(log: LogTables): Promise<void> {
    this.#checkpoints = new Map((await log.checkpoints()).map((row) => [row.size, row]));
    this.#compareRoots();
    for (let start = 0; ; start += BATCH) {
      const range = { start, end: start + BATCH };
      const rows = await log.entries(range);
      this.#addAll(rows, await log.personalOf(range));
      if (rows.length < BATCH) break;
    }
    await this.#compareCounts(log);
    await this.#finish(log);
  }

  report(problem: string): void {
    if (this.#problems.length < ENOUGH_PROBLEMS) this.#problems.push(problem);
  }

  #addAll(rows: readonly LogEntryRow[], personal: readonly (PersonalField & { entry_index: number })[]): void {
    const openings = Map.groupBy(personal, (opening) => opening.entry_index);
    for (const row of rows) {
      // After a gap every index is off: the first one says it all.
      if (row.entry_index !== this.size) return;
      const own = openings.get(row.entry_index) ?? [];
      this.#personal += own.length;
      const problem = entryProblem(row, own);
      if (problem !== undefined) this.report(`entry ${row.entry_index}: ${problem}`);
      this.#addLeaf(leafHash(Buffer.from(row.leaf, 'utf8')));
    }
  }

  async #finish(log: LogTables): Promise<void> {
    const head = await log.head();
    if (head.size !== this.size) this.report(`the tree head says ${head.size} entries, and there are ${this.size}`);
    else if (head.edge !== formatEdge(this.#edge)) this.report('the tree head does not hold the hashes of the entries');
    const newest = this.#newestCheckpoint;
    if (newest < this.size) this.report(`the last ${this.size - newest} entries are under no checkpoint`);
    const beyond = [...this.#checkpoints.keys()].find((size) => !this.#compared.has(size));
    if (beyond !== undefined) this.report(`a checkpoint covers ${beyond} entries, and there are only ${this.size}`);
    for (const { what, size } of this.#options.earlier) {
      if (size > this.size)
        this.report(
          `${what} covers ${size} entries, and there are only ${this.size}: the log was truncated or rolled back`,
        );
    }
    await this.#compareTiles(log);
  }

  result(): LogReport {
    return {
      size: this.size,
      root: rootOfEdge(this.#edge).toString('base64'),
      checkpoints: this.#checkpoints.size,
      problems: this.#problems,
    };
  }

  /** Whatever the walk did not meet has no place in a log. */
  async #compareCounts(log: LogTables): Promise<void> {
    const { entries, personal } = await log.counts();
    const beyond = entries - this.size;
    if (beyond > 0) this.report(`entry ${this.size} is missing, and ${beyond} later entries are there`);
    else if (personal > this.#personal) this.report(`${personal - this.#personal} personal fields belong to no entry`);
  }

  #addLeaf(hash: Hash): void {
    this.#edge = appendToEdge(this.#edge, this.size, hash);
    this.size += 1;
    this.#addToTile(0, hash);
    this.#compareRoots();
  }

  #addToTile(level: number, hash: Hash): void {
    const hashes = this.#levels[level] ?? [];
    this.#levels[level] = hashes;
    hashes.push(hash);
    if (hashes.length % TILE_WIDTH !== 0) return;
    const full = hashes.splice(0);
    const root = rootOf(full);
    const tile = this.size / TILE_WIDTH ** (level + 1) - 1;
    this.#tiles.set(`${level}/${tile}`, {
      hashes: Buffer.concat(full).toString('base64'),
      root: root.toString('base64'),
    });
    this.#addToTile(level + 1, root);
  }

  #compareRoots(): void {
    const checkpoint = this.#checkpoints.get(this.size);
    if (checkpoint !== undefined) {
      this.#compared.add(this.size);
      this.#newestCheckpoint = this.size;
      this.#compareCheckpoint(checkpoint);
    }
    for (const { what, size, root } of this.#options.earlier) {
      if (size === this.size && !root.equals(rootOfEdge(this.#edge)))
        this.report(`${what} has another root over the first ${size} entries: the log was changed or forked`);
    }
  }

  #compareCheckpoint({ size, note }: CheckpointRow): void {
    try {
      const head = openCheckpoint(note, this.#options.verifiers);
      if (head.size !== size) this.report(`the checkpoint of ${size} entries says it has ${head.size}`);
      else if (!head.root.equals(rootOfEdge(this.#edge)))
        this.report(
          `the checkpoint of ${size} entries has another root: one of the first ${size} entries was changed, removed or reordered`,
        );
    } catch (error) {
      this.report(`the checkpoint of ${size} entries does not hold: ${(error as Error).message}`);
    }
  }

  async #compareTiles(log: LogTables): Promise<void> {
    const stored = new Map((await log.tiles()).map((tile) => [`${tile.level}/${tile.tile}`, tile]));
    for (const name of new Set([...stored.keys(), ...this.#tiles.keys()])) {
      const [expected, found] = [this.#tiles.get(name), stored.get(name)];
      if (expected === undefined) this.report(`tile ${name} is stored, and the tree has no such tile`);
      else if (found === undefined) this.report(`tile ${name} is missing`);
      else if (found.hashes !== expected.hashes || found.root !== expected.root)
        this.report(`tile ${name} does not hold the hashes of its entries`);
    }
  }
}
