// Signs a checkpoint over the tree inside each transaction that made it grow: durable before any answer leaves (P1, P5).
// It signs only what this process appended: the tree head is compared with the one last committed before anything is added to
// it, so that somebody who writes into the store beside us gets no signature under what they wrote.
// Every key signs that signs before or after what a checkpoint newly covers (verifier/key-chain.ts): a new one is introduced by
// those before it, and one that goes signs that it goes.
import { signCheckpoint } from '../../shared/checkpoint.ts';
import { rootOfEdge } from '../../shared/merkle.ts';
import type { NoteVerifier } from '../../shared/signed-note.ts';
import { StartRefused } from '../errors.ts';
import type { LocalKey } from '../keys/signing-keys.ts';
import type { LogTables } from '../store/log-tables.ts';
import type { Transaction, TransactionGuard } from '../store/store.ts';
import { formatEdge, parseEdge } from './append.ts';
import { changedBesideUs, newestCheckpoint } from './newest-checkpoint.ts';
import { RecentTree } from './recent-tree.ts';

/** The tree as this process last knew it to be durable. */
export interface Tip {
  readonly size: number;
  readonly edge: string;
}

/**
 * The tree as the store has it at start: it must be the one that the newest checkpoint was signed over, and none goes beyond it.
 * @throws StartRefused where it is not
 */
export async function readTip(log: LogTables, verifier: NoteVerifier): Promise<Tip> {
  try {
    await newestCheckpoint(log, [verifier]);
    const head = await log.head();
    await refuseCheckpointBeyond(log, head.size);
    return head;
  } catch (error) {
    throw new StartRefused(((error as Error).cause as Error | undefined)?.message ?? (error as Error).message, {
      cause: error,
    });
  }
}

/** It was signed over entries that are gone, or are put back one day: no other tree of their size may be signed. */
async function refuseCheckpointBeyond(log: LogTables, size: number): Promise<void> {
  if (await log.hasCheckpointBeyond(size)) throw changedBesideUs('there is a checkpoint beyond the tree');
}

export interface Checkpointer extends TransactionGuard {
  /** the tree that it signs, for proofs of what is new */
  readonly recent: RecentTree;
}

export interface CheckpointerOptions {
  readonly origin: string;
  readonly tip: Tip;
  /** the keys that sign at the tip, oldest first */
  readonly signers: readonly Signer[];
  /** The keys that sign by these rows, oldest first: asked inside a transaction that changes them. */
  readonly openSigners: (tx: Transaction) => Promise<readonly Signer[]>;
}

type Signer = Pick<LocalKey, 'id' | 'privateKey'>;

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { origin, openSigners } = options;
  const recent = new RecentTree({ size: options.tip.size, edge: parseEdge(options.tip.edge) });
  let tip = { ...options.tip, signers: options.signers };
  let pending = tip;
  /** the checkpoint over the pending tree */
  let signed: string;
  return {
    recent,
    async begin(tx) {
      const head = await tx.log.head();
      // After a COMMIT of which nobody knows whether it happened, the tree may be either; whichever it is, it is ours.
      const known = [tip, pending].find(({ size, edge }) => size === head.size && edge === head.edge);
      if (known === undefined) throw changedBesideUs('the tree head is not the one committed last');
      await refuseCheckpointBeyond(tx.log, head.size);
      if (known !== tip) recent.committed(known.size, signed);
      tip = known;
      pending = known;
      tx.tree = recent.at(tip.size);
    },
    async beforeCommit(tx) {
      const { size, keysChange } = tx.tree ?? recent.at(tip.size);
      if (size === tip.size) return;
      const edge = recent.edge(size);
      const signers = keysChange ? await openSigners(tx) : tip.signers;
      pending = { size, edge: formatEdge(edge), signers };
      const signing = bothOf(tip.signers, pending.signers).map(({ privateKey }) => privateKey);
      signed = signCheckpoint({ origin, size, root: rootOfEdge(edge) }, ...signing);
      await tx.log.setHead(pending);
      await tx.log.insertCheckpoint({ size, time: tx.now, note: signed });
    },
    settled(outcome) {
      if (outcome !== 'committed' || pending.size === tip.size) return;
      tip = pending;
      recent.committed(tip.size, signed);
    },
  };
}

function bothOf(before: readonly Signer[], after: readonly Signer[]): readonly Signer[] {
  return [...before, ...after.filter(({ id }) => !before.some((one) => one.id === id))];
}
