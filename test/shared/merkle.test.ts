import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendToEdge,
  consistencyProof,
  EMPTY_ROOT,
  type Hash,
  inclusionProof,
  leafHash,
  type NodeReader,
  nodeHash,
  rangeRoot,
  rootOf,
  rootOfEdge,
  verifyConsistency,
  verifyInclusion,
} from '../../shared/merkle.ts';
import { SmallTree } from '../support/small-tree.ts';
import vectors from '../vectors/merkle.json' with { type: 'json' };

const known = new SmallTree(vectors.leaves.map((leaf) => Buffer.from(leaf, 'hex')));
const hex = (hashes: readonly Hash[]): string[] => hashes.map((hash) => hash.toString('hex'));

/** A tree of 1 to 70 leaves with two numbers below its size. */
const trees = fc
  .integer({ min: 1, max: 70 })
  .chain((size) => fc.record({ size: fc.constant(size), a: fc.nat(size - 1), b: fc.nat(size - 1) }));
type Head = { readonly size: number; readonly root: Hash };
const treeOf = (size: number) => new SmallTree(Array.from({ length: size }, (_, at) => `leaf ${at}`));

/** A tree of any size whose leaves are all the same: each node is known by its level alone. */
function uniformTree(): { readonly leaf: Hash; readonly read: NodeReader; rootAt(size: number): Promise<Hash> } {
  const leaf = leafHash(Buffer.from('leaf'));
  const levels = [leaf];
  const nodeAt = (level: number): Hash => {
    levels[level] ??= nodeHash(nodeAt(level - 1), nodeAt(level - 1));
    return levels[level];
  };
  const read: NodeReader = async (level) => nodeAt(level);
  return { leaf, read, rootAt: (size) => rangeRoot({ start: 0, end: size }, read) };
}

/** Around the widths at which numbers and bit operations on them wrap. */
const LARGE = [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 7, 2 ** 32 + 3, 2 ** 40 + 12_345, 2 ** 52 + 99];
const placesIn = (size: number): number[] => [1, 2 ** 31 - 5, Math.floor(size / 2), size - 2, size - 1];

describe('the Merkle tree of RFC 6962', () => {
  it('has the roots of the known vectors', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe(vectors.emptyRoot);
    expect(hex(vectors.leaves.map((_, at) => known.rootAt(at + 1)))).toEqual(vectors.roots);
  });

  it.each(vectors.inclusion)(
    'proves leaf $index in the tree of $size as the vectors do',
    async ({ index, size, proof }) => {
      expect(hex(await inclusionProof(index, size, known.read))).toEqual(proof);
    },
  );

  it.each(vectors.consistency)(
    'proves that $second leaves extend $first as the vectors do',
    async ({ first, second, proof }) => {
      expect(hex(await consistencyProof(first, second, known.read))).toEqual(proof);
    },
  );

  it('gives the same root leaf by leaf as over all leaves at once', () => {
    let edge: Hash[] = [];
    for (let size = 0; size < 300; size += 1) {
      edge = appendToEdge(edge, size, leafHash(Buffer.from(`leaf ${size}`)));
      expect(rootOfEdge(edge)).toEqual(treeOf(size + 1).rootAt(size + 1));
    }
  });

  it('verifies every inclusion proof it makes, and none for another leaf, index, size or root', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async ({ size, a, b }) => {
        const tree = treeOf(size);
        const proof = await inclusionProof(a, size, tree.read);
        const leaf = { index: a, size, hash: tree.hashes[a] as Hash };
        expect(verifyInclusion(leaf, proof, tree.rootAt(size))).toBe(true);
        expect(verifyInclusion({ ...leaf, hash: leafHash(Buffer.from('other')) }, proof, tree.rootAt(size))).toBe(
          false,
        );
        if (b !== a) expect(verifyInclusion({ ...leaf, index: b }, proof, tree.rootAt(size))).toBe(false);
        expect(verifyInclusion(leaf, [...proof, EMPTY_ROOT], tree.rootAt(size))).toBe(false);
        expect(verifyInclusion(leaf, proof, EMPTY_ROOT)).toBe(false);
      }),
    );
  });

  it('verifies every consistency proof it makes, and none for a changed past', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async ({ size, a }) => {
        const tree = treeOf(size);
        const [first, second] = [
          { size: a + 1, root: tree.rootAt(a + 1) },
          { size, root: tree.rootAt(size) },
        ];
        const proof = await consistencyProof(first.size, size, tree.read);
        expect(verifyConsistency(first, second, proof)).toBe(true);
        expect(verifyConsistency({ ...first, root: EMPTY_ROOT }, second, proof)).toBe(false);
        expect(verifyConsistency(first, { ...second, root: EMPTY_ROOT }, proof)).toBe(false);
        expect(verifyConsistency(first, second, [...proof, EMPTY_ROOT])).toBe(false);
      }),
    );
  });

  it.each(LARGE)('proves leaves of a tree of %i, and that it extends smaller ones', async (size) => {
    const tree = uniformTree();
    const whole = { size, root: await tree.rootAt(size) };
    for (const place of placesIn(size)) {
      const proof = await inclusionProof(place, size, tree.read);
      expect(verifyInclusion({ index: place, size, hash: tree.leaf }, proof, whole.root)).toBe(true);
      expect(verifyInclusion({ index: place, size, hash: EMPTY_ROOT }, proof, whole.root)).toBe(false);
      const first = { size: place, root: await tree.rootAt(place) };
      expect(verifyConsistency(first, whole, await consistencyProof(place, size, tree.read))).toBe(true);
    }
  });

  it('refuses sizes and indexes that are no place in a tree', async () => {
    expect(verifyInclusion({ index: 1, size: 1, hash: EMPTY_ROOT }, [], EMPTY_ROOT)).toBe(false);
    expect(verifyInclusion({ index: -1, size: 1, hash: EMPTY_ROOT }, [], EMPTY_ROOT)).toBe(false);
    expect(verifyInclusion({ index: 0.5, size: 1, hash: EMPTY_ROOT }, [], EMPTY_ROOT)).toBe(false);
    await expect(inclusionProof(1, 2 ** 53, uniformTree().read)).rejects.toThrow(
      'no leaf 1 in a tree of 9007199254740992',
    );
    await expect(inclusionProof(3, 3, known.read)).rejects.toThrow('no leaf 3 in a tree of 3 leaves');
    await expect(consistencyProof(0, 3, known.read)).rejects.toThrow('no leaf -1');
  });

  it('every tree extends the empty one, which has one root and needs no proof', () => {
    const [empty, whole] = [
      { size: 0, root: EMPTY_ROOT },
      { size: 7, root: treeOf(7).rootAt(7) },
    ];
    expect(verifyConsistency(empty, whole, [])).toBe(true);
    expect(verifyConsistency(empty, whole, [EMPTY_ROOT])).toBe(false);
    expect(verifyConsistency({ ...empty, root: whole.root }, whole, [])).toBe(false);
  });

  it('a tree extends itself, and no tree a larger one', () => {
    const [small, large] = [3, 7].map((size) => ({ size, root: treeOf(size).rootAt(size) })) as [Head, Head];
    expect(verifyConsistency(large, large, [])).toBe(true);
    expect(verifyConsistency(large, large, [EMPTY_ROOT])).toBe(false);
    expect(verifyConsistency(large, { ...large, root: small.root }, [])).toBe(false);
    expect(verifyConsistency(large, small, [])).toBe(false);
    expect(verifyConsistency({ size: 2, root: small.root }, { size: 1, root: small.root }, [])).toBe(false);
  });

  it('takes no proof that is longer or shorter than the way to the root', () => {
    const [left, right] = ['leaf 0', 'leaf 1'].map((leaf) => leafHash(Buffer.from(leaf))) as [Hash, Hash];
    const root = nodeHash(left, right);
    expect(verifyInclusion({ index: 1, size: 2, hash: right }, [left], root)).toBe(true);
    expect(verifyInclusion({ index: 0, size: 1, hash: right }, [left], root)).toBe(false);
    expect(verifyInclusion({ index: 0, size: 2, hash: root }, [], root)).toBe(false);
    const [three, seven] = [3, 7].map((size) => ({ size, root: treeOf(size).rootAt(size) })) as [Head, Head];
    expect(verifyConsistency(three, seven, [])).toBe(false);
  });

  it.each([
    [8, [[3, 0]]],
    [
      7,
      [
        [2, 0],
        [1, 2],
        [0, 6],
      ],
    ],
    [1, [[0, 0]]],
  ])('reads the root over %i leaves from as few nodes as there are complete subtrees', async (size, nodes) => {
    const [tree, asked] = [treeOf(size), [] as number[][]];
    const root = await rangeRoot({ start: 0, end: size }, (level, index) => {
      asked.push([level, index]);
      return tree.read(level, index);
    });
    expect(root).toEqual(tree.rootAt(size));
    expect(asked).toEqual(nodes);
  });

  it('takes an empty list for the empty tree', () => {
    expect(rootOf([])).toEqual(EMPTY_ROOT);
    expect(rootOfEdge([])).toEqual(EMPTY_ROOT);
  });
});
