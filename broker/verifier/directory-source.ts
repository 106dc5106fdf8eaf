// A log that was exported as a directory (shared/log-directory.ts). Everything in it must be there and nothing else of its kind:
// a file that is missing is a finding, and so is one too many.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { KEPT_TABLE_NAMES, type KeptRow, type KeptTable } from '../../shared/kept-rows.ts';
import { CHECKPOINTS, MANIFEST, MANIFEST_FILE, OPENINGS, rowsFile } from '../../shared/log-directory.ts';
import type { Hash } from '../../shared/merkle.ts';
import { parseBundle, TILE_WIDTH, type Tile, tilePath } from '../../shared/tiles.ts';
import { Cursor } from './cursor.ts';
import { HashSource, linesOf, type ReadResource, readTile, sizeIn, tilePathsOf, wrongTile } from './hash-source.ts';
import { readJsonLines } from './json-lines.ts';
import { type Batch, checkpointOf, type KeptLeaf, type LogSource, openingOf, Unreadable } from './log-source.ts';

/** What only an export has: a directory with any of it must be a whole one. */
const OF_AN_EXPORT = [MANIFEST_FILE, OPENINGS.file, CHECKPOINTS.file, 'rows', 'tile/entries'];
const ROWS_AT_ONCE = 500;

/** The log in a directory: an export, or a copy of what a log publishes. */
export function openDirectory(directory: string): LogSource {
  const isExport = OF_AN_EXPORT.some((name) => existsSync(join(directory, name)));
  return isExport ? new DirectorySource(directory) : new HashSource(async (path) => readIn(directory, path));
}

function readIn(directory: string, path: string): Buffer | undefined {
  try {
    return readFileSync(join(directory, path));
  } catch {
    return undefined;
  }
}

class DirectorySource implements LogSource {
  readonly has = 'everything';
  readonly #directory: string;
  readonly #read: ReadResource;
  #openings: Cursor<KeptRow> | undefined;
  #checkpoints: Cursor<KeptRow> | undefined;
  #newest: string | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#read = async (path) => readIn(directory, path);
  }

  async size(): Promise<number> {
    const note = readIn(this.#directory, 'checkpoint')?.toString('utf8');
    // A log without entries has no checkpoint; one that was taken away leaves entries that nothing covers.
    return note === undefined ? 0 : sizeIn(note);
  }

  async keys(): Promise<readonly string[]> {
    return linesOf(readIn(this.#directory, 'key')?.toString('utf8'));
  }

  async keyChanges(): Promise<readonly []> {
    return [];
  }

  async *batches(): AsyncGenerator<Batch> {
    const size = await this.size();
    const openings = new Cursor(readJsonLines(this.#directory, OPENINGS));
    const checkpoints = new Cursor(readJsonLines(this.#directory, CHECKPOINTS));
    [this.#openings, this.#checkpoints] = [openings, checkpoints];
    for (let start = 0; start < size; start += TILE_WIDTH) {
      const end = Math.min(start + TILE_WIDTH, size);
      const signed = (await checkpoints.takeWhile((row) => Number(row['size']) <= end)).map(checkpointOf);
      this.#newest = signed.at(-1)?.note ?? this.#newest;
      yield {
        start,
        leaves: await this.#leaves({ level: 0, index: start / TILE_WIDTH, width: end - start }),
        openings: (await openings.takeWhile((row) => Number(row['entry_index']) < end)).map(openingOf),
        checkpoints: signed,
      };
    }
  }

  tileProblem(tile: Tile, hashes: readonly Hash[]): Promise<string | undefined> {
    return wrongTile(this.#read, tile, hashes);
  }

  async *rows(table: KeptTable): AsyncGenerator<readonly KeptRow[]> {
    const rows = new Cursor(readJsonLines(this.#directory, rowsFile(table)));
    for (let page = await rows.take(ROWS_AT_ONCE); page.length > 0; page = await rows.take(ROWS_AT_ONCE)) yield page;
  }

  async strays({ size }: { size: number }): Promise<readonly string[]> {
    const text = (file: string): string | undefined => readIn(this.#directory, file)?.toString('utf8');
    const known = new Set([...tilePathsOf(size), ...KEPT_TABLE_NAMES.map((table) => rowsFile(table).file)]);
    const stray = [...this.#filesUnder('tile'), ...this.#filesUnder('rows')].find((path) => !known.has(path));
    const moreOpenings = !(await this.#openings?.isAtEnd());
    const moreCheckpoints = !(await this.#checkpoints?.isAtEnd());
    const [newest, keys] = [text('checkpoint'), text('key')];
    const ownKeys = linesOf(keys).map((key) => `${key}\n`);
    const found: readonly (readonly [boolean, string])[] = [
      [text(MANIFEST_FILE) !== MANIFEST, `${MANIFEST_FILE} is missing or was changed`],
      [newest === undefined && moreCheckpoints, `checkpoint is missing, and ${CHECKPOINTS.file} has some`],
      [newest !== this.#newest, `checkpoint is not the newest of ${CHECKPOINTS.file}`],
      [moreCheckpoints, `${CHECKPOINTS.file} has checkpoints beyond the ${size} entries`],
      [keys !== ownKeys.join(''), 'key is missing, or not written as an export writes it'],
      [stray !== undefined, `${stray} belongs to no log of ${size} entries`],
      [moreOpenings, `${OPENINGS.file} has personal fields that belong to no entry`],
    ];
    return found.filter(([wrong]) => wrong).map(([, problem]) => problem);
  }

  async #leaves(tile: Tile): Promise<KeptLeaf[]> {
    const hashes = await readTile(this.#read, tile);
    const path = tilePath({ ...tile, level: 'entries' });
    const leaves = parseBundle((await this.#read(path)) ?? Buffer.alloc(0));
    if (leaves?.length !== tile.width)
      throw new Unreadable(`${path} is missing, or does not hold ${tile.width} entries`);
    return hashes.map((hash, at) => ({ hash, leaf: leaves[at] ?? Buffer.alloc(0) }));
  }

  #filesUnder(folder: string): string[] {
    const path = join(this.#directory, folder);
    if (!existsSync(path)) return [];
    const entries = readdirSync(path, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return files.map((entry) => relative(this.#directory, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  }
}
