// Reads a file of JSON lines, a line at a time: each the canonical JSON of one row, with exactly the columns that it must have,
// in the order of its key. Whatever could be read in two ways, or hides behind something else, is refused.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import type { KeptRow } from '../../shared/kept-rows.ts';
import type { LinesFile } from '../../shared/log-directory.ts';
import { Unreadable } from './log-source.ts';

/** A policy document has 64 KiB, and escapes make it longer. */
const MAX_LINE_BYTES = 1024 * 1024;

/** @throws Unreadable, naming file and line */
export async function* readJsonLines(directory: string, { file, columns, key }: LinesFile): AsyncGenerator<KeptRow> {
  let [number, before]: [number, readonly unknown[]] = [0, []];
  for await (const line of linesIn(directory, file)) {
    number += 1;
    const row = parseRow(line, columns);
    const place = columns.slice(0, key).map((column) => row?.[column]);
    if (row === undefined) throw new Unreadable(`${file} line ${number} is no row of it as an export writes one`);
    if (number > 1 && !isAfter(place, before)) throw new Unreadable(`${file} line ${number} is not in its place`);
    before = place;
    yield row;
  }
}

/** As its writer wrote it; `undefined` for every other text. */
function parseRow(line: Buffer, columns: readonly string[]): KeptRow | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
    const row = JSON.parse(text) as Record<string, JsonValue>;
    const plain = Object.values(row).every((value) => value === null || ['string', 'number'].includes(typeof value));
    const whole = Object.keys(row).length === columns.length && columns.every((column) => Object.hasOwn(row, column));
    return plain && whole && canonicalJson(row) === text ? (row as KeptRow) : undefined;
  } catch {
    return undefined;
  }
}

function isAfter(key: readonly unknown[], before: readonly unknown[]): boolean {
  const at = key.findIndex((value, index) => value !== before[index]);
  const [one, other] = [key[at], before[at]];
  if (typeof one === 'number' && typeof other === 'number') return one > other;
  return at !== -1 && Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other))) > 0;
}

async function* linesIn(directory: string, file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(directory, file)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_LINE_BYTES) throw new Unreadable(`${file} has a line that is no row's`);
  }
  if (rest.length > 0) throw new Unreadable(`${file} ends in the middle of a line`);
}

async function* chunksOf(directory: string, file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(join(directory, file))) yield chunk as Buffer;
  } catch (error) {
    throw new Unreadable(`${file} is missing or cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
