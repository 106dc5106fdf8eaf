// The checkpoint of the tree as it is, and never a row that somebody else put in its place: what is published, what the
// anchor keeps and what a start goes on from is opened first, and compared with the tree.
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { rootOfEdge } from '../../shared/merkle.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import { BrokerError, StartRefused } from '../errors.ts';
import type { LogTables } from '../store/log-tables.ts';
import { parseEdge } from './append.ts';

/**
 * The signed note; undefined where the log has no entries.
 * @throws BrokerError STORE_UNAVAILABLE where the store has no checkpoint of ours over its tree
 */
export async function newestCheckpoint(
  log: LogTables,
  verifiers: readonly NoteVerifier[],
): Promise<string | undefined> {
  const { size, edge } = await log.head();
  if (size === 0 && edge === '') return undefined;
  const newest = await log.latestCheckpoint();
  if (newest !== undefined) {
    const signed = open(newest.note, verifiers);
    if (signed?.size === size && signed.root.equals(rootOfEdge(parseEdge(edge)))) return newest.note;
  }
  throw changedBesideUs(`the log has ${size} entries that its newest checkpoint does not hold for`);
}

/**
 * A log belongs to the origin that its checkpoints name, and so does everything that was ever proved by them.
 * @throws StartRefused where the configuration names another
 */
export async function refuseOtherOrigin(log: LogTables, origin: string): Promise<void> {
  const [was] = (await log.latestCheckpoint())?.note.split('\n') ?? [];
  if (was === undefined || was === origin) return;
  throw new StartRefused(
    `the log in this store belongs to ${was}, and \`url\` in the configuration makes it ${origin}: set \`url\` back, or start with a new store`,
  );
}

/** Somebody else wrote into the store: nothing that stands in it is vouched for any more. */
export function changedBesideUs(what: string): BrokerError {
  const cause = new Error(`${what}: the store was changed by somebody else. \`buildpass log verify\` says where`);
  const message = 'The store is not in the state that this broker left it in, so nothing was handed out.';
  return new BrokerError('STORE_UNAVAILABLE', message, { cause });
}

function open(note: string, verifiers: readonly NoteVerifier[]): ReturnType<typeof openCheckpoint> | undefined {
  try {
    return openCheckpoint(note, verifiers);
  } catch {
    return undefined;
  }
}
