// Appends entries to the issuance log inside the transaction of the change that they describe: both happen, or neither does.
// The checkpointer takes the tree head when the transaction begins, so that two writers cannot take the same index.
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { commitment } from '../../shared/log-digests.ts';
import { type Hash, leafHash, rootOf } from '../../shared/merkle.ts';
import { MAX_LEAF_BYTES, TILE_WIDTH } from '../../shared/tiles.ts';
import { type Entropy, newId } from '../clock.ts';
import type { LogTables, PersonalField } from '../store/log-tables.ts';
import type { Transaction } from '../store/store.ts';
import { ENTRY_FIELDS, type EntryDraft, type EntryType, isoTime } from './entry.ts';

/** What was appended: its place, and the very bytes (canonical JSON) that its hash is over. */
export interface Appended {
  readonly index: number;
  readonly leaf: string;
}

export type Append = <T extends EntryType>(tx: Transaction, draft: EntryDraft<T>) => Promise<Appended>;

export function createAppend(entropy: Entropy): Append {
  return async (tx, draft) => {
    if (tx.tree === undefined) throw new Error('nothing signs what would be appended: the store has no checkpointer');
    const index = tx.tree.size;
    const personal = openings(draft, entropy);
    const { id, leaf } = formatLeaf({ draft, personal, entropy, time: tx.now });
    const hash = leafHash(Buffer.from(leaf));
    const row = { entry_index: index, id, time: tx.now, type: draft.type, leaf, leaf_hash: hash.toString('base64') };
    await tx.log.insertEntry({ ...row, ...reference(draft) }, personal);
    tx.tree = tx.tree.grow(hash, changesLogKeys(draft));
    await completeTiles(tx.log, tx.tree.size);
    return { index, leaf };
  };
}

export const parseEdge = (edge: string): Hash[] =>
  edge === '' ? [] : edge.split(' ').map((hash) => Buffer.from(hash, 'base64'));
export const formatEdge = (edge: readonly Hash[]): string => edge.map((hash) => hash.toString('base64')).join(' ');

const changesLogKeys = ({ fields }: EntryDraft): boolean => (fields as { purpose?: string }).purpose === 'log';

function openings(draft: EntryDraft, entropy: Entropy): PersonalField[] {
  return Object.entries(draft.personal ?? {}).flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, salt: entropy.bytes(16).toString('base64'), value }],
  );
}

interface LeafParts {
  readonly draft: EntryDraft;
  readonly personal: readonly PersonalField[];
  readonly entropy: Entropy;
  readonly time: number;
}

function formatLeaf({ draft, personal, entropy, time }: LeafParts): { id: string; leaf: string } {
  const id = newId('ent', entropy, time);
  const leaf = canonicalJson({
    ...given(ENTRY_FIELDS[draft.type].parse(draft.fields)),
    v: 1,
    type: draft.type,
    time: isoTime(time),
    id,
    nonce: entropy.bytes(16).toString('base64'),
    personal: Object.fromEntries(
      personal.map(({ field, salt, value }) => [field, commitment(Buffer.from(salt, 'base64'), value)]),
    ),
  });
  if (Buffer.byteLength(leaf) > MAX_LEAF_BYTES)
    throw new RangeError(`an entry of type ${draft.type} is larger than a log entry may be`);
  return { id, leaf };
}

/** Members that are undefined are members left out, at any depth, as JSON itself has it. */
function given(members: object): Record<string, JsonValue> {
  const left: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) left[name] = givenOf(value);
  return left;
}

function givenOf(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(givenOf);
  return typeof value === 'object' && value !== null ? given(value) : (value as JsonValue);
}

function reference(draft: EntryDraft): { project: string | null; request_id: string | null } {
  const { project, request_id: requestId } = draft.fields as { project?: string; request_id?: string };
  return { project: project ?? null, request_id: requestId ?? null };
}

/** Stores each tile that the tree of `size` leaves has just completed, level by level (C2SP tlog-tiles). */
async function completeTiles(log: LogTables, size: number): Promise<void> {
  let count = size;
  for (let level = 0; count % TILE_WIDTH === 0; level += 1) {
    const range = { start: count - TILE_WIDTH, end: count };
    const hashes = level === 0 ? await log.leafHashes(range) : await log.tileRoots(level - 1, range);
    const bytes = hashes.map((hash) => Buffer.from(hash, 'base64'));
    const tile = { level, tile: count / TILE_WIDTH - 1, hashes: Buffer.concat(bytes).toString('base64') };
    await log.insertTile({ ...tile, root: rootOf(bytes).toString('base64') });
    count /= TILE_WIDTH;
  }
}
