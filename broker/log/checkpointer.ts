// Signs a checkpoint over the tree inside each transaction that made it grow: durable before any answer leaves (P1, P5).
// It signs only what this process appended: the tree head is compared with the one last committed before anything is added to
// it, so that somebody who writes into the store beside us gets no signature under what they wrote.
import type { KeyObject } from 'node:crypto';
import { openCheckpoint, signCheckpoint } from '../../shared/checkpoint.ts';
import { rootOfEdge } from '../../shared/merkle.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import { BrokerError, StartRefused } from '../errors.ts';
import type { LogTables } from '../store/log-tables.ts';
import type { TransactionGuard } from '../store/store.ts';
import { parseEdge } from './append.ts';

/** The tree as this process last knew it to be durable. */
export interface Tip {
  readonly size: number;
  readonly edge: string;
}

/**
 * The tree as the store has it at start: it must be the one that the newest checkpoint was signed over.
 * @throws StartRefused where it is not
 */
export async function readTip(log: LogTables, verifier: NoteVerifier): Promise<Tip> {
  const head = await log.head();
  const newest = await log.latestCheckpoint();
  if (newest === undefined && head.size === 0) return head;
  const signed = newest === undefined ? undefined : open(newest.note, verifier);
  if (signed?.size === head.size && signed.root.equals(rootOfEdge(parseEdge(head.edge)))) return head;
  throw new StartRefused(
    `the log has ${head.size} entries that its newest checkpoint does not hold for: the store was changed by somebody else. \`buildpass log verify\` says where`,
  );
}

export function createCheckpointer(options: { origin: string; privateKey: KeyObject; tip: Tip }): TransactionGuard {
  let tip = options.tip;
  let pending = tip;
  return {
    async begin(tx) {
      const head = await tx.log.head();
      // After a COMMIT of which nobody knows whether it happened, the tree may be either; whichever it is, it is ours.
      const known = [tip, pending].find(({ size, edge }) => size === head.size && edge === head.edge);
      if (known === undefined) throw changedBesideUs();
      tip = known;
    },
    async beforeCommit(tx) {
      const { size, edge } = await tx.log.head();
      pending = { size, edge };
      if (size === tip.size) return;
      const head = { origin: options.origin, size, root: rootOfEdge(parseEdge(edge)) };
      await tx.log.insertCheckpoint({ size, time: tx.now, note: signCheckpoint(head, options.privateKey) });
    },
    settled(outcome) {
      if (outcome === 'committed') tip = pending;
    },
  };
}

function open(note: string, verifier: NoteVerifier) {
  try {
    return openCheckpoint(note, [verifier]);
  } catch {
    return undefined;
  }
}

function changedBesideUs(): BrokerError {
  const cause = new Error(
    'the tree head in the store is not the one this broker committed last: run `buildpass log verify`',
  );
  return new BrokerError(
    'STORE_UNAVAILABLE',
    'The store is not in the state that this broker left it in, so nothing was handed out.',
    { cause },
  );
}
