// The anchor file: verifier key, an empty line, the newest checkpoint, kept on another volume than the store.
// A store that was rolled back, truncated or swapped disagrees with it, and `serve` refuses to start (promise P5).
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Anchor, formatAnchor, parseAnchor } from '../../shared/anchor.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { StartRefused } from '../errors.ts';
import type { Store, Tables } from '../store/store.ts';
import { newestCheckpoint } from './newest-checkpoint.ts';
import { rootAt } from './prove.ts';
import { logKeysOf } from './verify-store.ts';

/**
 * Replaces the file as a whole: a crash leaves the old anchor or the new one, never half of either.
 * @throws StartRefused where it cannot be written
 */
export function writeAnchor(file: string, anchor: Anchor): void {
  try {
    replaceFile(file, formatAnchor(anchor));
  } catch (cause) {
    const directory = dirname(file);
    const why = existsSync(directory) ? (cause as Error).message : `there is no directory ${directory}: make it`;
    throw new StartRefused(`the log's anchor ${file} cannot be written: ${why}`, { cause });
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.new`;
  durably(temporary, 'w', (descriptor) => writeFileSync(descriptor, text));
  renameSync(temporary, file);
  durably(dirname(file), 'r');
}

/** Closes whatever happens: a full volume is tried again every few seconds. */
function durably(path: string, flags: 'w' | 'r', write?: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    write?.(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Compares the log with its anchor before anything is served. A missing file is created over an empty log only.
 * A stop between a change of keys and the next anchor leaves one of a key before.
 * @throws StartRefused where the file is missing, unreadable, of another key, or ahead of or beside the log
 */
export async function checkAnchor(
  file: string | undefined,
  { log, signingKeys }: Pick<Tables, 'log' | 'signingKeys'>,
  verifierKey: string,
): Promise<void> {
  if (file === undefined) return;
  const { size } = await log.head();
  if (!existsSync(file)) {
    if (size > 0) throw refused(file, `is missing, and the log has ${size} entries`);
    writeAnchor(file, { verifierKey, checkpoint: '' });
    return;
  }
  const anchor = readAnchor(file);
  const ours = [verifierKey, ...logKeysOf(await signingKeys.all(), parseVerifierKey(verifierKey).name)];
  if (!ours.includes(anchor.verifierKey)) throw refused(file, `is of another log key: ${anchor.verifierKey}`);
  if (anchor.head === undefined) return;
  if (anchor.head.size > size)
    throw refused(
      file,
      `knows ${anchor.head.size} entries, and the log has only ${size}: the store was rolled back or truncated`,
    );
  const root = await rootAt(log, anchor.head.size);
  if (!root.equals(anchor.head.root))
    throw refused(file, `and the log differ within the first ${anchor.head.size} entries: the log was changed`);
}

function readAnchor(file: string): ReturnType<typeof parseAnchor> {
  try {
    return parseAnchor(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refused(file, `cannot be used: ${(cause as Error).message}`);
  }
}

function refused(file: string, what: string): StartRefused {
  return new StartRefused(
    `the log's anchor ${file} ${what}. Find out why before anything else; \`buildpass log anchor --accept\` takes the log as it is now.`,
  );
}

/**
 * Replaces the anchor by the newest checkpoint, where there is a newer one that extends it: an anchor that the log
 * contradicts is evidence, and stays as it is.
 * @throws StartRefused as `checkAnchor` does, BrokerError where the newest checkpoint is not ours
 */
export async function keepAnchor(file: string | undefined, store: Store, verifierKey: string): Promise<void> {
  if (file === undefined) return;
  const newest = await store.read(async (tx) => {
    const checkpoint = await newestCheckpoint(tx.log, [parseVerifierKey(verifierKey)]);
    if (checkpoint === undefined || isKept(file, checkpoint)) return undefined;
    await checkAnchor(file, tx, verifierKey);
    return checkpoint;
  });
  if (newest !== undefined) writeAnchor(file, { verifierKey, checkpoint: newest });
}

const isKept = (file: string, checkpoint: string): boolean =>
  existsSync(file) && readAnchor(file).checkpoint === checkpoint;
