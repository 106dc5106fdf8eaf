// A store as the verifier reads it: rows of one consistent state, a batch at a time. Whatever does not stand in its place (an
// index that skips, a tile or a checkpoint too many, a head that says something else) is said by `strays`.
import type { KeptRow, KeptTable } from '../../shared/kept-rows.ts';
import { type Hash, rootOf } from '../../shared/merkle.ts';
import { TILE_WIDTH, type Tile, tilesOf } from '../../shared/tiles.ts';
import type { LogEntryRow } from '../store/log-tables.ts';
import type { Tables } from '../store/store.ts';
import {
  type Batch,
  checkpointOf,
  type KeptLeaf,
  type LogSource,
  openingOf,
  Unreadable,
} from '../verifier/log-source.ts';
import { formatEdge } from './append.ts';

const BATCH = 1024;

export class StoreSource implements LogSource {
  readonly has = 'everything';
  readonly #tables: Pick<Tables, 'log' | 'keptRows'>;
  readonly #keys: readonly string[];
  #met = { personal: 0, checkpoints: 0 };

  constructor(tables: Pick<Tables, 'log' | 'keptRows'>, keys: readonly string[]) {
    this.#tables = tables;
    this.#keys = keys;
  }

  size(): Promise<number> {
    return reading(async () => (await this.#tables.log.counts()).entries);
  }

  async keys(): Promise<readonly string[]> {
    return this.#keys;
  }

  async keyChanges(): Promise<readonly []> {
    return [];
  }

  async *batches(): AsyncGenerator<Batch> {
    const { log } = this.#tables;
    this.#met = { personal: 0, checkpoints: 0 };
    for (let start = 0; ; start += BATCH) {
      const rows = await reading(() => log.entries({ start, end: start + BATCH }));
      // After a gap every index is off: the first one says it all.
      const gap = rows.findIndex((row, at) => row.entry_index !== start + at);
      const end = start + (gap === -1 ? rows.length : gap);
      const openings = await reading(() => log.personalOf({ start, end }));
      const checkpoints = await reading(() => log.checkpoints({ start: start + 1, end: end + 1 }));
      const own = openings.filter((row) => Number.isInteger(row.entry_index)).map(openingOf);
      const whole = checkpoints.filter((row) => Number.isInteger(row.size)).map(checkpointOf);
      this.#met.personal += own.length;
      this.#met.checkpoints += whole.length;
      yield { start, leaves: rows.slice(0, end - start).map(keptLeaf), openings: own, checkpoints: whole };
      if (end < start + BATCH) return;
    }
  }

  /** Only whole tiles are stored. */
  async tileProblem({ level, index, width }: Tile, hashes: readonly Hash[]): Promise<string | undefined> {
    if (width < TILE_WIDTH) return undefined;
    const { log } = this.#tables;
    const stored = await reading(() => log.tileHashes(level, index));
    if (stored === undefined) return `tile ${level}/${index} is missing`;
    const [root] = await reading(() => log.tileRoots(level, { start: index, end: index + 1 }));
    const right = stored === Buffer.concat(hashes).toString('base64') && root === rootOf(hashes).toString('base64');
    return right ? undefined : `tile ${level}/${index} does not hold the hashes of its entries`;
  }

  async *rows(table: KeptTable): AsyncGenerator<readonly KeptRow[]> {
    const { keptRows } = this.#tables;
    let left = await reading(() => keptRows.count(table));
    for (let after = ''; ; ) {
      const page = await reading(() => keptRows.page(table, after));
      const last = page.at(-1);
      if (last === undefined) break;
      yield page;
      left -= page.length;
      // An id that is no text does not lead on to the next page; a table without ids is one page.
      if (left < 0) throw new Unreadable(`the rows of ${table} cannot be read one after the other`);
      after = String(last['id']);
    }
    if (left > 0) throw new Unreadable(`${left} rows of ${table} have no id that can be read`);
  }

  async strays({ size, edge }: { size: number; edge: readonly Hash[] }): Promise<readonly string[]> {
    const head = await reading(() => this.#tables.log.head());
    const { entries, personal, tiles, checkpoints } = await reading(() => this.#tables.log.counts());
    const wholeTiles = [...tilesOf(size)].filter(({ width }) => width === TILE_WIDTH).length;
    const beyond = await reading(() => this.#tables.log.hasCheckpointBeyond(size));
    const found: readonly (readonly [boolean, string])[] = [
      [entries > size, `entry ${size} is missing, and ${entries - size} later entries are there`],
      [head.size !== size, `the tree head says ${head.size} entries, and there are ${size}`],
      [head.size === size && head.edge !== formatEdge(edge), 'the tree head does not hold the hashes of the entries'],
      [beyond, `a checkpoint covers more entries than the ${size} that there are`],
      [
        !beyond && checkpoints > this.#met.checkpoints,
        `${checkpoints - this.#met.checkpoints} checkpoints cover no number of the ${size} entries`,
      ],
      [personal > this.#met.personal, `${personal - this.#met.personal} personal fields belong to no entry`],
      [tiles > wholeTiles, `${tiles - wholeTiles} tiles are stored that a tree of ${size} entries does not have`],
    ];
    return found.filter(([wrong]) => wrong).map(([, problem]) => problem);
  }
}

function keptLeaf({ entry_index, leaf, leaf_hash, id, time, type, project, request_id }: LogEntryRow): KeptLeaf {
  if (typeof leaf !== 'string' || typeof leaf_hash !== 'string')
    throw new Unreadable(`entry ${entry_index}: its row cannot be read`);
  const hash = Buffer.from(leaf_hash, 'base64');
  return { leaf: Buffer.from(leaf), hash, columns: { id, time, type, project, request_id } };
}

/** Rows may hold numbers that nothing can read: that is a finding too, and no failure of the store. */
async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Unreadable(`the store cannot be read: ${(error as Error).message}`);
  }
}
