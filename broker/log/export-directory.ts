// Writes a log as a directory that anybody can verify without the broker (shared/log-directory.ts): C2SP tiles and entry
// bundles, and beside them the rows that the log vouches for. From one state of the store, and never over anything but an
// earlier export of the same log: one that this log contradicts is evidence, and stays.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { parseTreeHead, type TreeHead } from '../../shared/checkpoint.ts';
import { KEPT_TABLE_NAMES } from '../../shared/kept-rows.ts';
import { CHECKPOINTS, MANIFEST, MANIFEST_FILE, OPENINGS, rowsFile } from '../../shared/log-directory.ts';
import { splitNote } from '../../shared/signed-note.ts';
import { formatBundle, TILE_WIDTH, type Tile, tilePath, tilesOf } from '../../shared/tiles.ts';
import { StartRefused } from '../errors.ts';
import type { Tables } from '../store/store.ts';
import { rootAt, tileBytes } from './prove.ts';
import { StoreSource } from './store-source.ts';

type Exported = Pick<Tables, 'log' | 'keptRows'>;

/**
 * Returns how many entries were written.
 * @throws StartRefused where something else is in the way
 */
export async function exportDirectory(
  tables: Exported,
  { directory, keys }: { directory: string; keys: readonly string[] },
): Promise<number> {
  await refuseOther(tables, directory);
  const writing = `${directory}.writing`;
  if (existsSync(writing) && !isExport(writing))
    throw refused(writing, 'is in the way, and no export that was broken off');
  rmSync(writing, { recursive: true, force: true });
  // It stands first: an export that breaks off is known by it, and cleared away by the next.
  write(writing, MANIFEST_FILE, MANIFEST);
  const size = await writeAll(tables, { directory: writing, keys });
  replace(directory, writing);
  return size;
}

async function writeAll(
  tables: Exported,
  { directory, keys }: { directory: string; keys: readonly string[] },
): Promise<number> {
  const { log } = tables;
  const newest = await log.latestCheckpoint();
  const size = newest?.size ?? 0;
  if (newest !== undefined) write(directory, 'checkpoint', newest.note);
  write(directory, 'key', keys.map((key) => `${key}\n`).join(''));
  for (const tile of tilesOf(size)) await writeTile(tables, directory, tile);
  await writeLines(
    directory,
    CHECKPOINTS.file,
    pagesOf(size, (start, end) => log.checkpoints({ start: start + 1, end: end + 1 })),
  );
  await writeLines(
    directory,
    OPENINGS.file,
    pagesOf(size, (start, end) => log.personalOf({ start, end })),
  );
  const source = new StoreSource(tables, keys);
  for (const table of KEPT_TABLE_NAMES) await writeLines(directory, rowsFile(table).file, source.rows(table));
  return size;
}

async function writeTile({ log }: Exported, directory: string, tile: Tile): Promise<void> {
  write(directory, tilePath(tile), (await tileBytes(log, tile)) ?? Buffer.alloc(0));
  if (tile.level > 0) return;
  const start = tile.index * TILE_WIDTH;
  const rows = await log.entries({ start, end: start + tile.width });
  write(directory, tilePath({ ...tile, level: 'entries' }), formatBundle(rows.map(({ leaf }) => Buffer.from(leaf))));
}

const AT_ONCE = 1024;

async function* pagesOf(
  size: number,
  read: (start: number, end: number) => Promise<readonly object[]>,
): AsyncGenerator<readonly object[]> {
  for (let start = 0; start < size; start += AT_ONCE) yield read(start, Math.min(start + AT_ONCE, size));
}

async function writeLines(directory: string, file: string, pages: AsyncIterable<readonly object[]>): Promise<void> {
  write(directory, file, '');
  for await (const rows of pages)
    appendFileSync(
      join(directory, file),
      rows.map((row) => `${canonicalJson({ ...row } as Record<string, JsonValue>)}\n`).join(''),
    );
}

/** Personal fields are among it: for nobody but who wrote it. */
function write(directory: string, path: string, content: string | Buffer): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, content, { mode: 0o600 });
}

/** By rename: whoever looks sees the old export or the new one. */
function replace(directory: string, written: string): void {
  const old = `${directory}.old`;
  if (existsSync(directory)) renameSync(directory, old);
  renameSync(written, directory);
  rmSync(old, { recursive: true, force: true });
}

async function refuseOther({ log }: Exported, directory: string): Promise<void> {
  // Whatever it is, also the earlier export of a run that broke off: the end of this one would take it away.
  if (existsSync(`${directory}.old`)) throw refused(`${directory}.old`, 'is in the way');
  if (!existsSync(directory)) return;
  if (!isEmpty(directory) && !isExport(directory)) throw refused(directory, 'is there, and is no earlier export');
  const earlier = headIn(directory);
  if (earlier === undefined) return;
  const { size } = await log.head();
  const holds = earlier.size <= size && (await rootAt(log, earlier.size)).equals(earlier.root);
  if (!holds)
    throw refused(
      directory,
      `has an export of ${earlier.size} entries that this log does not continue: keep it, it shows that one of them was changed`,
    );
}

function headIn(directory: string): TreeHead | undefined {
  const file = join(directory, 'checkpoint');
  if (!existsSync(file)) return undefined;
  try {
    return parseTreeHead(splitNote(readFileSync(file, 'utf8')).text);
  } catch {
    throw refused(directory, 'has an export whose checkpoint cannot be read');
  }
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return false;
  }
}

const isExport = (directory: string): boolean =>
  existsSync(join(directory, MANIFEST_FILE)) && readFileSync(join(directory, MANIFEST_FILE), 'utf8') === MANIFEST;

const refused = (path: string, what: string): StartRefused =>
  new StartRefused(`${path} ${what}. Nothing was written; name another directory`);
