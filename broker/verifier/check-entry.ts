// Verifies one entry by itself: its leaf is canonical and of the form that every entry has, what is kept beside it says the
// same, and its personal fields open the commitments in it.
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { commitment } from '../../shared/log-digests.ts';
import { type Hash, leafHash } from '../../shared/merkle.ts';
import type { KeptLeaf, Opening } from './log-source.ts';

/** An entry as its leaf says it. */
export interface Said {
  readonly index: number;
  readonly id: string;
  readonly type: string;
  /** epoch milliseconds */
  readonly time: number;
  /** the fields of its type */
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly commitments: Readonly<Record<string, string>>;
  /** the values of its personal fields that are kept */
  readonly opened: ReadonlyMap<string, string>;
}

export interface CheckedEntry {
  readonly said: Said | undefined;
  /** the hash of its leaf as it is now */
  readonly hash: Hash;
  /** what is wrong with it, in a few words */
  readonly problem: string | undefined;
  /** personal fields that it commits to and nobody has the opening of */
  readonly gone: readonly string[];
}

/** Whether the fields of a type are those that it must have; the form that all entries share is checked here. */
export type KnownFields = (type: string, fields: Readonly<Record<string, unknown>>) => boolean;

const SALT_BYTES = 16;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function checkEntry(
  kept: KeptLeaf & { readonly leaf: Buffer; readonly index: number },
  openings: readonly Opening[],
  knownFields: KnownFields,
): CheckedEntry {
  const hash = leafHash(kept.leaf);
  const said = readEntry(kept, openings);
  const gone = said === undefined ? [] : Object.keys(said.commitments).filter((field) => !said.opened.has(field));
  const checked = { said, hash, gone };
  if (!hash.equals(kept.hash)) return { ...checked, problem: 'its leaf is not the one that was hashed: it was edited' };
  if (said === undefined || !knownFields(said.type, said.fields))
    return { ...checked, said: undefined, problem: 'its leaf is not canonical JSON of a known form' };
  return { ...checked, problem: columnProblem(kept, said) ?? openingProblem(said, openings) };
}

/** The entry in a leaf; undefined where it has not the form of one. */
export function readEntry(
  { leaf, index }: { leaf: Buffer; index: number },
  openings: readonly Opening[],
): Said | undefined {
  const value = parseCanonical(leaf);
  if (value === undefined) return undefined;
  const { v, type, time, id, nonce, personal, ...fields } = value;
  const formed = v === 1 && typeof type === 'string' && typeof id === 'string' && typeof nonce === 'string';
  const at = typeof time === 'string' && DATE_TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (!formed || Number.isNaN(at) || !isTexts(personal)) return undefined;
  const opened = new Map(openings.map(({ field, value: text }) => [field, text]));
  return { index, id, type, time: at, fields, commitments: personal, opened };
}

/** The object in a leaf; undefined for what is no object or not written in the one canonical way. */
function parseCanonical(leaf: Buffer): Readonly<Record<string, JsonValue>> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(leaf);
    const value = JSON.parse(text) as JsonValue;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && canonicalJson(value) === text ? (value as Record<string, JsonValue>) : undefined;
  } catch {
    return undefined;
  }
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');

function columnProblem({ columns }: KeptLeaf, { id, type, time, fields }: Said): string | undefined {
  if (columns === undefined) return undefined;
  const { project = null, request_id = null } = fields;
  const said: Readonly<Record<string, JsonValue>> = { id, time, type, project, request_id };
  const differing = Object.keys(said).find((name) => said[name] !== columns[name]);
  if (differing === undefined) return undefined;
  return `its row says ${differing} is "${columns[differing]}", its leaf "${said[differing]}"`;
}

function openingProblem({ commitments }: Said, openings: readonly Opening[]): string | undefined {
  for (const opening of openings) {
    const { field } = opening;
    if (!Object.hasOwn(commitments, field)) return `it has a personal field "${field}" that it never committed to`;
    if (!opens(opening, commitments[field])) return `its personal field "${field}" was changed`;
  }
  return undefined;
}

/** Salt and value run on into one hash: only a salt of one length keeps bytes from moving between them. */
function opens({ salt, value }: Opening, committed: string | undefined): boolean {
  const bytes = Buffer.from(salt, 'base64');
  return bytes.length === SALT_BYTES && bytes.toString('base64') === salt && commitment(bytes, value) === committed;
}
