// The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): hashes, inclusion and consistency proofs, and their verification.
// Pure: where hashes are kept is the caller's business. `NodeReader` gives the root of the complete subtree of 2^level
// leaves that starts at leaf index·2^level.
import { hash } from 'node:crypto';

export type Hash = Buffer;
export type NodeReader = (level: number, index: number) => Promise<Hash>;

export const HASH_BYTES = 32;
const LEAF_PREFIX = Buffer.of(0);
const NODE_PREFIX = Buffer.of(1);

// One call over one buffer: hashing in pieces costs twice as much, and appending and proving do little else.
const sha256 = (...parts: readonly Uint8Array[]): Hash => hash('sha256', Buffer.concat(parts), 'buffer');

export const EMPTY_ROOT: Hash = sha256();

export function leafHash(leaf: Uint8Array): Hash {
  return sha256(LEAF_PREFIX, leaf);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Hash {
  return sha256(NODE_PREFIX, left, right);
}

/** Root of a perfect tree over 2^n hashes, or of any list by the splitting rule of RFC 6962 §2.1. */
export function rootOf(hashes: readonly Hash[]): Hash {
  const [first] = hashes;
  if (first === undefined) return EMPTY_ROOT;
  if (hashes.length === 1) return first;
  const split = largestPowerOfTwoBelow(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/**
 * The right edge of a tree: roots of its maximal complete subtrees, widest first. It is all that appending needs.
 * Returns the edge of the tree of `size` + 1 leaves.
 */
export function appendToEdge(edge: readonly Hash[], size: number, leaf: Hash): Hash[] {
  const next = [...edge];
  let node = leaf;
  // Each trailing one bit of the old size is a complete subtree that the new leaf completes one level up.
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    node = nodeHash(next.pop() as Hash, node);
  }
  next.push(node);
  return next;
}

export function rootOfEdge(edge: readonly Hash[]): Hash {
  return edge.length === 0 ? EMPTY_ROOT : edge.reduceRight((right, left) => nodeHash(left, right));
}

/** Audit path for leaf `index` in the tree of `size` leaves, leaf's sibling first (RFC 6962 §2.1.1). */
export async function inclusionProof(index: number, size: number, read: NodeReader): Promise<Hash[]> {
  assertIndex(index, size);
  return pathTo(index, { start: 0, end: size }, read);
}

/** Consistency proof between the trees of `first` and `second` leaves, 0 < first <= second (RFC 6962 §2.1.2). */
export async function consistencyProof(first: number, second: number, read: NodeReader): Promise<Hash[]> {
  assertIndex(first - 1, second);
  return subproof(first, { start: 0, end: second, known: true }, read);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

async function pathTo(index: number, range: Range, read: NodeReader): Promise<Hash[]> {
  const count = range.end - range.start;
  if (count === 1) return [];
  const middle = range.start + largestPowerOfTwoBelow(count);
  const [near, far]: [Range, Range] =
    index < middle
      ? [
          { start: range.start, end: middle },
          { start: middle, end: range.end },
        ]
      : [
          { start: middle, end: range.end },
          { start: range.start, end: middle },
        ];
  return [...(await pathTo(index, near, read)), await rangeRoot(far, read)];
}

async function subproof(first: number, range: Range & { known: boolean }, read: NodeReader): Promise<Hash[]> {
  if (first === range.end) return range.known ? [] : [await rangeRoot(range, read)];
  const middle = range.start + largestPowerOfTwoBelow(range.end - range.start);
  if (first <= middle) {
    const left = await subproof(first, { start: range.start, end: middle, known: range.known }, read);
    return [...left, await rangeRoot({ start: middle, end: range.end }, read)];
  }
  const right = await subproof(first, { start: middle, end: range.end, known: false }, read);
  return [...right, await rangeRoot({ start: range.start, end: middle }, read)];
}

/** Root over the leaves of a range as these proofs meet it: its start is a multiple of the power of two it spans. */
export async function rangeRoot(range: Range, read: NodeReader): Promise<Hash> {
  const count = range.end - range.start;
  const below = largestPowerOfTwoBelow(count);
  if (below * 2 === count || count === 1) return read(Math.log2(count), range.start / count);
  const left = await read(Math.log2(below), range.start / below);
  return nodeHash(left, await rangeRoot({ start: range.start + below, end: range.end }, read));
}

/** Whether `proof` shows the leaf at `index` of the tree of `size` leaves under `root` (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  leaf: { index: number; size: number; hash: Hash },
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (!isIndex(leaf.index, leaf.size)) return false;
  let node = leaf.hash;
  const arrived = climb({ node: leaf.index, last: leaf.size - 1 }, proof, (sibling, isLeft) => {
    node = isLeft ? nodeHash(sibling, node) : nodeHash(node, sibling);
  });
  return arrived && node.equals(root);
}

/** Whether `proof` shows that the tree under `second` extends the one under `first` (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  first: { size: number; root: Hash },
  second: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!isIndex(first.size, second.size + 1)) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return proof.length === 0 && first.root.equals(EMPTY_ROOT);
  let place = { node: first.size - 1, last: second.size - 1 };
  while (place.node % 2 === 1) place = parent(place);
  // A first tree that is one complete subtree is its own starting point, and the proof leaves it out.
  const [seed, ...path] = place.node === 0 ? [first.root, ...proof] : proof;
  if (seed === undefined) return false;
  let [firstHash, secondHash] = [seed, seed];
  const arrived = climb(place, path, (sibling, isLeft) => {
    if (isLeft) firstHash = nodeHash(sibling, firstHash);
    secondHash = isLeft ? nodeHash(sibling, secondHash) : nodeHash(secondHash, sibling);
  });
  return arrived && firstHash.equals(first.root) && secondHash.equals(second.root);
}

/** A node by its index on its level, and the index of the level's last node. */
interface Place {
  readonly node: number;
  readonly last: number;
}

/**
 * Walks from a place to the root, meeting one hash of a proof on each level that has a sibling.
 * True where the proof has exactly as many hashes as the way.
 */
function climb(from: Place, proof: readonly Hash[], meet: (sibling: Hash, isLeft: boolean) => void): boolean {
  let place = from;
  for (const sibling of proof) {
    if (place.last === 0) return false;
    const isLeft = place.node % 2 === 1 || place.node === place.last;
    meet(sibling, isLeft);
    // The last node of a level may have no sibling for some levels: it moves up as it is. It is not the first, so this ends.
    while (isLeft && place.node % 2 === 0) place = parent(place);
    place = parent(place);
  }
  return place.last === 0;
}

const parent = ({ node, last }: Place): Place => ({ node: half(node), last: half(last) });

// Not `>> 1`: sizes may pass 2^31, where bit operations on numbers wrap.
const half = (value: number): number => Math.floor(value / 2);

function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

const isIndex = (index: number, size: number): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;

function assertIndex(index: number, size: number): void {
  if (!isIndex(index, size)) throw new RangeError(`no leaf ${index} in a tree of ${size} leaves`);
}
