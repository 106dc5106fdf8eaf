// Verifies one entry by itself: its leaf is canonical, of a known form, what the row says, and commits to its personal fields.
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { leafHash } from '../../shared/merkle.ts';
import type { LogEntryRow, PersonalField } from '../store/log-tables.ts';
import { commitment, ENTRY_FIELDS, type Entry, entryEnvelope, isoTime } from './entry.ts';

const SALT_BYTES = 16;

/** What is wrong with the entry, in a few words; undefined when it holds. */
export function entryProblem(row: LogEntryRow, personal: readonly PersonalField[]): string | undefined {
  try {
    return problemOf(row, personal);
  } catch {
    // A row may hold anything, a time out of every calendar too.
    return 'its row cannot be read';
  }
}

function problemOf(row: LogEntryRow, personal: readonly PersonalField[]): string | undefined {
  if (leafHash(Buffer.from(row.leaf, 'utf8')).toString('base64') !== row.leaf_hash)
    return 'its leaf is not the one that was hashed: it was edited';
  const entry = parseLeaf(row.leaf);
  if (entry === undefined) return 'its leaf is not canonical JSON of a known form';
  return columnProblem(row, entry) ?? personalProblem(entry, personal);
}

function parseLeaf(leaf: string): Entry | undefined {
  try {
    const value = JSON.parse(leaf) as JsonValue;
    const parsed = entryEnvelope.safeParse(value);
    return parsed.success && hasFieldsOfItsType(parsed.data) && canonicalJson(value) === leaf ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function hasFieldsOfItsType({ v, type, time, id, nonce, personal, ...fields }: Entry): boolean {
  return ENTRY_FIELDS[type].safeParse(fields).success;
}

function columnProblem(row: LogEntryRow, entry: Entry): string | undefined {
  const said = {
    id: entry.id,
    time: entry.time,
    type: entry.type,
    project: entry['project'] ?? null,
    request_id: entry['request_id'] ?? null,
  };
  const kept = {
    id: row.id,
    time: isoTime(row.time),
    type: row.type,
    project: row.project,
    request_id: row.request_id,
  };
  const differing = (Object.keys(said) as (keyof typeof said)[]).find((name) => said[name] !== kept[name]);
  return differing === undefined
    ? undefined
    : `its row says ${differing} is "${kept[differing]}", its leaf "${said[differing]}"`;
}

function personalProblem(entry: Entry, personal: readonly PersonalField[]): string | undefined {
  const openings = new Map(personal.map((opening) => [opening.field, opening]));
  for (const [field, committed] of Object.entries(entry.personal)) {
    const opening = openings.get(field);
    if (opening === undefined) return `its personal field "${field}" is gone, and nothing says it was erased`;
    if (!opens(opening, committed)) return `its personal field "${field}" was changed`;
  }
  const extra = personal.find(({ field }) => !Object.hasOwn(entry.personal, field));
  return extra === undefined ? undefined : `it has a personal field "${extra.field}" that it never committed to`;
}

/** Salt and value run on into one hash: only a salt of one length keeps bytes from moving between them. */
function opens({ salt, value }: PersonalField, committed: string): boolean {
  const bytes = Buffer.from(salt, 'base64');
  return bytes.length === SALT_BYTES && bytes.toString('base64') === salt && commitment(bytes, value) === committed;
}
