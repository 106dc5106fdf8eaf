// Verifies what a log publishes (C2SP tlog-tiles), from its address or from a directory with a copy: the checkpoint's
// signature, and that the tiles lead to its root. Entries are not public, so their contents are not checked here.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpoint, type TreeHead } from '../../shared/checkpoint.ts';
import { HASH_BYTES, type Hash, rootOf } from '../../shared/merkle.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import { readCapped } from '../read-capped.ts';
import { TILE_WIDTH } from './append.ts';
import type { EarlierState, LogReport } from './verify-log.ts';

/** Reads a resource under the log's prefix, such as `checkpoint`; undefined where there is none. */
export type ReadResource = (path: string) => Promise<Buffer | undefined>;

const TIMEOUT_MS = 10_000;
/** A tile has 8 KiB; what is larger is not a log's. */
const MAX_BYTES = 64 * 1024;

export function resourcesAt(from: string): ReadResource {
  if (/^https?:/.test(from)) return async (path) => fetchResource(`${from.replace(/\/$/, '')}/log/${path}`);
  return async (path) => readFile(join(from, path)).catch(() => undefined);
}

/** @throws Error where the address gives no answer to go by: that says nothing about the log */
async function fetchResource(address: string): Promise<Buffer | undefined> {
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return await readCapped(response.body, MAX_BYTES);
  } catch (error) {
    const { message, cause } = error as Error;
    // fetch itself only says that it failed; what happened is behind it.
    throw new Error(`${address} cannot be read: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  }
}

export async function verifyTiles(
  read: ReadResource,
  { verifiers, earlier }: { verifiers: readonly NoteVerifier[]; earlier: readonly EarlierState[] },
): Promise<LogReport> {
  const problems: string[] = [];
  const note = (await read('checkpoint'))?.toString('utf8');
  if (note === undefined) problems.push('there is no checkpoint there');
  const head = note === undefined ? undefined : openHead(note, verifiers, problems);
  if (head === undefined) return { size: 0, root: '', checkpoints: 0, problems };
  const leaves = await readLevel(read, { level: 0, count: head.size }, problems);
  await compareLevels(read, leaves, problems);
  problems.push(...earlier.flatMap((one) => earlierProblem(one, head, leaves)));
  if (!rootOf(leaves).equals(head.root)) problems.push('the tiles do not lead to the root of the checkpoint');
  return { size: head.size, root: head.root.toString('base64'), checkpoints: 1, problems };
}

function earlierProblem({ what, size, root }: EarlierState, head: TreeHead, leaves: readonly Hash[]): string[] {
  if (size > head.size)
    return [
      `${what} covers ${size} entries, and the checkpoint only ${head.size}: the log was truncated or rolled back`,
    ];
  return rootOf(leaves.slice(0, size)).equals(root)
    ? []
    : [`${what} has another root over the first ${size} entries: the log was changed or forked`];
}

function openHead(note: string, verifiers: readonly NoteVerifier[], problems: string[]): TreeHead | undefined {
  try {
    return openCheckpoint(note, verifiers);
  } catch (error) {
    problems.push(`the checkpoint does not hold: ${(error as Error).message}`);
    return undefined;
  }
}

/** Every level above must hold the roots of the full tiles below. */
async function compareLevels(read: ReadResource, leaves: readonly Hash[], problems: string[]): Promise<void> {
  for (let [level, below] = [1, leaves]; below.length >= TILE_WIDTH; level += 1) {
    const expected = fullTiles(below).map(rootOf);
    const found = await readLevel(read, { level, count: expected.length }, problems);
    if (!Buffer.concat(found).equals(Buffer.concat(expected)))
      problems.push(`the tiles of level ${level} are not the roots of those below`);
    below = expected;
  }
}

function fullTiles(hashes: readonly Hash[]): Hash[][] {
  return Array.from({ length: Math.floor(hashes.length / TILE_WIDTH) }, (_, tile) =>
    hashes.slice(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH),
  );
}

async function readLevel(
  read: ReadResource,
  { level, count }: { level: number; count: number },
  problems: string[],
): Promise<Hash[]> {
  const hashes: Hash[] = [];
  for (let tile = 0; tile * TILE_WIDTH < count; tile += 1) {
    const width = Math.min(TILE_WIDTH, count - tile * TILE_WIDTH);
    const path = `tile/${level}/${tilePath(tile)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
    const bytes = await read(path);
    if (bytes?.length !== width * HASH_BYTES) {
      problems.push(`${path} is missing or has another length`);
      break;
    }
    for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.subarray(at, at + HASH_BYTES));
  }
  return hashes;
}

/** Zero-padded elements of three digits, all but the last with an x before them: 1234067 is x001/x234/067. */
export function tilePath(index: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const elements = digits.match(/.{3}/g) ?? [];
  return elements.map((element, at) => (at === elements.length - 1 ? element : `x${element}`)).join('/');
}
