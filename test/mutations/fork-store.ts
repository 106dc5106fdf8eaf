// A fork: the log is changed somewhere, and everything over it is made anew with the real log keys, so that the store agrees
// with itself in every hash and signature, and in its rows as far as the entries say what they must be. Only what somebody
// kept can tell it from the real one.

import { DatabaseSync } from 'node:sqlite';
import { formatEdge } from '../../broker/log/append.ts';
import { readEntry } from '../../broker/verifier/check-entry.ts';
import { Replay } from '../../broker/verifier/replay.ts';
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { signCheckpoint } from '../../shared/checkpoint.ts';
import { KEPT_TABLE_NAMES } from '../../shared/kept-rows.ts';
import { appendToEdge, type Hash, leafHash, rootOf, rootOfEdge } from '../../shared/merkle.ts';
import { TILE_WIDTH } from '../../shared/tiles.ts';
import type { Choice } from './choice.ts';
import type { Evidence } from './evidence.ts';
import { LogSigners } from './log-signers.ts';
import type { MutateStore } from './mutate-store.ts';
import { type Row, replaceRows, rowsOf, TABLES, writeRow } from './vouched-rows.ts';

interface Leaf {
  readonly entry: Record<string, JsonValue>;
  readonly openings: readonly Row[];
}

/** Changes entries before `limit`: those after it are what nobody kept anything of. */
export const forkStore =
  (limit: number): MutateStore =>
  ({ path, choice, evidence }) => {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    database.exec('PRAGMA synchronous = OFF; BEGIN');
    const leaves = leavesOf(database);
    const { what, changed } = change(leaves, limit, choice);
    writeLog(database, changed, evidence.logKeys);
    if (choice.below(3) > 0) writeRows(database, changed);
    database.exec('COMMIT');
    database.close();
    return what;
  };

function change(leaves: readonly Leaf[], limit: number, choice: Choice): { what: string; changed: readonly Leaf[] } {
  const at = 3 + choice.below(limit - 4);
  const { entry, openings } = leaves[at] as Leaf;
  switch (choice.below(6)) {
    case 0:
      return { what: `entry ${at} edited`, changed: leaves.with(at, { entry: edited(entry, choice), openings }) };
    case 1:
      return { what: `entry ${at} removed`, changed: leaves.toSpliced(at, 1) };
    case 2:
      return {
        what: `entry ${at} and the one before changed places`,
        changed: leaves.toSpliced(at - 1, 2, leaves[at] as Leaf, leaves[at - 1] as Leaf),
      };
    case 3:
      return { what: `cut off at ${at}`, changed: leaves.slice(0, at) };
    case 4:
      return forkOfFirstKey(leaves, limit, choice);
    default:
      return {
        what: `an entry added at ${at}`,
        changed: leaves.toSpliced(at, 0, { entry: { ...entry, id: `ent_added${choice.below(1e6)}` }, openings }),
      };
  }
}

/** By whoever has the first key of the log alone: no other ever was. */
function forkOfFirstKey(
  leaves: readonly Leaf[],
  limit: number,
  choice: Choice,
): { what: string; changed: readonly Leaf[] } {
  const [, ...later] = leaves.filter(({ entry }) => entry['purpose'] === 'log');
  const at = leaves.indexOf(later[0] as Leaf);
  if (at >= limit) throw new RangeError('the log changed its keys after what was kept');
  const left = leaves.filter((leaf) => !later.includes(leaf));
  if (choice.below(2) === 0) return { what: `signed by the first key alone from ${at} on`, changed: left };
  // Entries that change no row, so that it is longer than what was kept and still agrees with itself.
  const { entry, openings } = leaves.find((leaf) => leaf.entry['type'] === 'policy.refused') as Leaf;
  const time = left.at(-1)?.entry['time'] ?? null;
  const more = Array.from({ length: later.length + 9 }, (_, number) => ({
    ...{ openings, entry: { ...entry, time, id: `ent_more${number}` } },
  }));
  return { what: `signed by the first key alone from ${at} on, and longer`, changed: [...left, ...more] };
}

function edited(entry: Record<string, JsonValue>, choice: Choice): Record<string, JsonValue> {
  const names = Object.keys(entry).filter(
    (name) => typeof entry[name] === 'string' && name !== 'type' && name !== 'time',
  );
  const name = choice.of(names);
  return { ...entry, [name]: choice.textUnlike(String(entry[name])) };
}

function leavesOf(database: DatabaseSync): Leaf[] {
  const openings = Map.groupBy(rowsOf(database, tableOf('entry_personal')), (row) => row['entry_index']);
  return rowsOf(database, tableOf('log_entries')).map((row) => ({
    entry: JSON.parse(String(row['leaf'])),
    openings: openings.get(row['entry_index']) ?? [],
  }));
}

const tableOf = (name: string) => TABLES.find((table) => table.name === name) as (typeof TABLES)[number];

function writeLog(database: DatabaseSync, leaves: readonly Leaf[], keys: Evidence['logKeys']): void {
  const signers = new LogSigners();
  const [newest] = rowsOf(database, tableOf('checkpoints'));
  const origin = String(newest?.['note']).split('\n')[0] ?? '';
  for (const name of ['log_entries', 'entry_personal', 'log_tiles', 'checkpoints'])
    database.exec(`DELETE FROM ${name}`);
  let edge: Hash[] = [];
  const hashes: Hash[] = [];
  for (const [index, { entry, openings }] of leaves.entries()) {
    const leaf = canonicalJson(entry);
    const hash = leafHash(Buffer.from(leaf));
    edge = appendToEdge(edge, index, hash);
    signers.hear(entry);
    hashes.push(hash);
    const time = Date.parse(String(entry['time']));
    const { id, type, project = null, request_id = null } = entry as Row;
    writeRow(database, 'log_entries', {
      ...{ entry_index: index, id: id ?? null, time, type: type ?? null, project, request_id, leaf },
      leaf_hash: hash.toString('base64'),
    });
    for (const opening of openings) writeRow(database, 'entry_personal', { ...opening, entry_index: index });
    if (leaves[index + 1]?.entry['time'] === entry['time']) continue;
    // A key that only the changed log has is nobody's.
    const signing = signers.sign().flatMap((id) => keys.get(id) ?? []);
    const note = signCheckpoint({ origin, size: index + 1, root: rootOfEdge(edge) }, ...signing);
    writeRow(database, 'checkpoints', { size: index + 1, time, note });
  }
  writeTiles(database, hashes);
  replaceRows(database, tableOf('tree_head'), [{ id: 1, size: leaves.length, edge: formatEdge(edge) }]);
}

function writeTiles(database: DatabaseSync, hashes: readonly Hash[], level = 0): void {
  const above: Hash[] = [];
  for (let tile = 0; (tile + 1) * TILE_WIDTH <= hashes.length; tile += 1) {
    const own = hashes.slice(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH);
    const root = rootOf(own);
    above.push(root);
    writeRow(database, 'log_tiles', {
      level,
      tile,
      hashes: Buffer.concat(own).toString('base64'),
      root: root.toString('base64'),
    });
  }
  if (above.length > 0) writeTiles(database, above, level + 1);
}

/** Makes the rows what the changed entries come to, by the verifier's own reading of them. */
function writeRows(database: DatabaseSync, leaves: readonly Leaf[]): void {
  const replay = new Replay({ isOurs: () => true, report: () => undefined, isFirst: true });
  for (const [index, { entry, openings }] of leaves.entries()) {
    const own = openings.map((row) => ({
      entry_index: index,
      field: String(row['field']),
      salt: '',
      value: String(row['value']),
    }));
    const said = readEntry({ leaf: Buffer.from(canonicalJson(entry)), index }, own);
    if (said !== undefined) replay.tell(said);
  }
  for (const name of KEPT_TABLE_NAMES) {
    const table = tableOf(name);
    const kept = new Map(rowsOf(database, table).map((row) => [table.key.map((column) => row[column]).join(' '), row]));
    const rows = [...replay.expected[name]].flatMap(([id, { values }]) => {
      const row = kept.get(id);
      return row === undefined ? [] : [{ ...row, ...values }];
    });
    replaceRows(database, table, rows);
  }
}
