// Mutations of an exported directory: of any byte of any file, of lines and entries, of whole files.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { formatBundle, parseBundle } from '../../shared/tiles.ts';
import type { Choice } from './choice.ts';
import type { Evidence } from './evidence.ts';
import { isVouched, type Row, vouched } from './vouched-rows.ts';

export interface DirectoryMutation {
  readonly evidence: Evidence;
  /** the copy to change */
  readonly path: string;
  readonly choice: Choice;
}

export type MutateDirectory = (mutation: DirectoryMutation) => string;

/** Each returns what it did, in a few words. */
export const DIRECTORY_MUTATIONS = {
  edit: ({ path, choice }) => {
    const file = choice.of(filesIn(path));
    const parts = partsOf(path, file);
    if (parts === undefined || choice.below(4) === 0) return editByte(path, file, choice);
    const at = choice.below(parts.length);
    write(path, file, parts.with(at, editPart(file, parts[at] ?? Buffer.alloc(0), choice)));
    return `${file}, part ${at}`;
  },
  delete: ({ path, choice }) => {
    const file = choice.of(filesIn(path));
    const parts = partsOf(path, file);
    if (parts === undefined || choice.below(4) === 0) {
      rmSync(join(path, file));
      return file;
    }
    const at = choice.below(parts.length);
    write(path, file, parts.toSpliced(at, 1));
    return `${file}, part ${at}`;
  },
  insert: ({ path, choice }) => {
    const file = choice.of(filesIn(path));
    const parts = partsOf(path, file);
    if (parts === undefined || choice.below(4) === 0) return insertFile(path, file, choice);
    const at = choice.below(parts.length + 1);
    write(path, file, parts.toSpliced(at, 0, editPart(file, choice.of(parts), choice)));
    return `${file}, before part ${at}`;
  },
  swap: ({ path, choice }) => {
    const files = filesIn(path);
    const file = choice.of(files);
    const parts = partsOf(path, file);
    if (parts === undefined || parts.length < 2) return swapFiles(path, choice.twoOf(files));
    const [one, other] = choice.twoOf([...parts.keys()]);
    const [first, second] = [parts[one] as Buffer, parts[other] as Buffer];
    write(path, file, parts.with(one, second).with(other, first));
    return `${file}, parts ${one} and ${other}`;
  },
  truncate: ({ path, choice }) => {
    const file = choice.of(filesIn(path));
    const parts = partsOf(path, file);
    if (parts !== undefined && choice.below(2) === 0) {
      const from = choice.below(parts.length);
      write(path, file, parts.slice(0, from));
      return `${file} after ${from} parts`;
    }
    const bytes = readFileSync(join(path, file));
    writeFileSync(join(path, file), bytes.subarray(0, choice.below(bytes.length)));
    return file;
  },
  'roll back': ({ path, choice, evidence }) => {
    const backup = choice.of(evidence.backups).export;
    if (choice.below(3) === 0) {
      rmSync(path, { recursive: true });
      cpSync(backup, path, { recursive: true });
      return 'the whole directory';
    }
    const file = choice.of(filesIn(backup));
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), readFileSync(join(backup, file)));
    return file;
  },
} as const satisfies Readonly<Record<string, MutateDirectory>>;

function filesIn(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort();
}

/** Every file of a directory, rows with what the log does not vouch for left out. */
export function stateOfDirectory(path: string): string {
  return JSON.stringify(filesIn(path).map((file) => [file, contentOf(path, file)]));
}

function contentOf(path: string, file: string): string {
  const bytes = readFileSync(join(path, file));
  const [, table] = /^rows\/(.*)\.jsonl$/.exec(file) ?? [];
  if (table === undefined) return bytes.toString('base64');
  const lines = bytes.toString('utf8').split('\n');
  return lines
    .map((line) => (rowIn(line) === undefined ? line : JSON.stringify(vouched(table, rowIn(line) as Row))))
    .join('\n');
}

/** The row of a line that is written as an export writes it. */
function rowIn(line: string): Row | undefined {
  try {
    const row = JSON.parse(line) as Row;
    return canonicalJson(row as Record<string, JsonValue>) === line ? row : undefined;
  } catch {
    return undefined;
  }
}

const isLines = (file: string): boolean => file.endsWith('.jsonl');
const isBundle = (file: string): boolean => file.startsWith('tile/entries/');
const isTile = (file: string): boolean => /^tile\/\d/.test(file);

/** The lines, entries or hashes of a file. */
function partsOf(path: string, file: string): Buffer[] | undefined {
  const bytes = readFileSync(join(path, file));
  if (isBundle(file)) return parseBundle(bytes);
  if (isTile(file)) return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  return isLines(file) && lines.length > 0 ? lines.map((line) => Buffer.from(`${line}\n`)) : undefined;
}

function write(path: string, file: string, parts: readonly Buffer[]): void {
  writeFileSync(join(path, file), isBundle(file) ? formatBundle(parts) : Buffer.concat(parts));
}

function editPart(file: string, part: Buffer, choice: Choice): Buffer {
  if (isTile(file)) return flipped(part, choice);
  const row = JSON.parse(part.toString('utf8')) as Row;
  const [, table = ''] = /^rows\/(.*)\.jsonl$/.exec(file) ?? [];
  const column = choice.of(Object.keys(row).filter((name) => isVouched(table, name, row)));
  const value = row[column] ?? null;
  const other = typeof value === 'number' ? value + 1 : value === null ? 0 : choice.textUnlike(String(value));
  const text = canonicalJson({ ...row, [column]: other } as Record<string, JsonValue>);
  return Buffer.from(isLines(file) ? `${text}\n` : text);
}

function editByte(path: string, file: string, choice: Choice): string {
  writeFileSync(join(path, file), flipped(readFileSync(join(path, file)), choice));
  return `${file}, a bit`;
}

function flipped(bytes: Buffer, choice: Choice): Buffer {
  const at = choice.below(Math.max(1, bytes.length));
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ (1 << choice.below(8));
  return changed;
}

/** A file of the same kind where there was none. */
function insertFile(path: string, file: string, choice: Choice): string {
  const [name] = [
    choice.of([
      'tile/0/007',
      'tile/entries/007',
      'tile/1/000',
      'tile/0/000.p/7',
      'rows/approvals.jsonl',
      'rows/leases.jsonl.bak',
    ]),
  ];
  if (existsSync(join(path, name))) return editByte(path, file, choice);
  mkdirSync(dirname(join(path, name)), { recursive: true });
  writeFileSync(join(path, name), readFileSync(join(path, file)));
  return name;
}

function swapFiles(path: string, [one, other]: [string, string]): string {
  const [first, second] = [readFileSync(join(path, one)), readFileSync(join(path, other))];
  writeFileSync(join(path, one), second);
  writeFileSync(join(path, other), first);
  return `${one} and ${other}`;
}
