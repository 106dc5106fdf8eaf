// Signs a checkpoint over the tree inside each transaction that made it grow: durable before any answer leaves (P1, P5).
// Signing is local and synchronous; a checkpoint whose COMMIT failed was never shown to anybody.
import type { KeyObject } from 'node:crypto';
import { signCheckpoint } from '../../shared/checkpoint.ts';
import { rootOfEdge } from '../../shared/merkle.ts';
import type { Unit } from '../store/store.ts';
import { parseEdge } from './append.ts';

export function createCheckpointer(options: { origin: string; privateKey: KeyObject }): Unit<void> {
  return async (tx) => {
    const { size, edge } = await tx.log.head();
    const signed = await tx.log.latestCheckpoint();
    if (size <= (signed?.size ?? 0)) return;
    const head = { origin: options.origin, size, root: rootOfEdge(parseEdge(edge)) };
    await tx.log.insertCheckpoint({ size, time: tx.now, note: signCheckpoint(head, options.privateKey) });
  };
}
