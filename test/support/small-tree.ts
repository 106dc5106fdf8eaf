// A Merkle tree over a few leaves in memory, from the definitions of RFC 6962 alone: the reference for everything smarter.
import { type Hash, leafHash, type NodeReader, rootOf } from '../../shared/merkle.ts';

export class SmallTree {
  readonly hashes: Hash[] = [];

  constructor(leaves: readonly (string | Uint8Array)[] = []) {
    for (const leaf of leaves) this.add(leaf);
  }

  add(leaf: string | Uint8Array): void {
    this.hashes.push(leafHash(Buffer.from(leaf)));
  }

  rootAt(size: number): Hash {
    return rootOf(this.hashes.slice(0, size));
  }

  readonly read: NodeReader = async (level, index) =>
    rootOf(this.hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
}
