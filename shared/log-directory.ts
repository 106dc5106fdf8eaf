// A log as a directory of static files (docs/log-format.md): what C2SP tlog-tiles publishes, with the entries, and beside them
// what the broker keeps and the log vouches for, a line of canonical JSON a row. The names are here, once for writer and reader.
import { KEPT_TABLES, type KeptTable } from './kept-rows.ts';

/** Stands first in a directory that is written and is the mark of one: only such a directory is ever written over. */
export const MANIFEST_FILE = 'buildpass-log.json';
export const MANIFEST = '{"format":"buildpass log directory","version":1}\n';

/** What a log publishes beside key, checkpoint and hashes: the entries that change its keys, a receipt a line, oldest first. */
export const KEY_CHANGES_FILE = 'key-changes';

export interface LinesFile {
  /** path in the directory */
  readonly file: string;
  readonly columns: readonly string[];
  /** lines are in the order of the first `key` columns */
  readonly key: number;
}

export const OPENINGS: LinesFile = {
  file: 'openings.jsonl',
  columns: ['entry_index', 'field', 'salt', 'value'],
  key: 2,
};
export const CHECKPOINTS: LinesFile = { file: 'checkpoints.jsonl', columns: ['size', 'time', 'note'], key: 1 };
export const rowsFile = (table: KeptTable): LinesFile => ({ file: `rows/${table}.jsonl`, ...KEPT_TABLES[table] });
