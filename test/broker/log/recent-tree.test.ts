import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTree } from '../../../broker/log/recent-tree.ts';
import { appendToEdge, type Hash, leafHash } from '../../../shared/merkle.ts';

const leaf = (at: number, side = ''): Hash => leafHash(Buffer.from(`leaf ${at}${side}`));
const edgeOf = (leaves: readonly Hash[]): Hash[] =>
  leaves.reduce<Hash[]>((edge, hash, at) => appendToEdge(edge, at, hash), []);
const grown = (tree: RecentTree, from: number, leaves: readonly Hash[]) =>
  leaves.reduce((at, hash) => at.grow(hash), tree.at(from));

describe('the recent part of the tree', () => {
  it('has the edge that appending leaf by leaf gives, from wherever it began', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (start, more) => {
        const leaves = Array.from({ length: start + more }, (_, at) => leaf(at));
        const tree = new RecentTree({ size: start, edge: edgeOf(leaves.slice(0, start)) });
        expect(grown(tree, start, leaves.slice(start)).size).toBe(start + more);
        expect(tree.edge(start + more)).toEqual(edgeOf(leaves));
      }),
      { numRuns: 60 },
    );
  });

  it('remembers within a transaction that a leaf changes keys', () => {
    const tree = new RecentTree({ size: 0, edge: [] }).at(0);
    expect([tree.keysChange, tree.grow(leaf(0)).keysChange]).toEqual([false, false]);
    expect(tree.grow(leaf(0), true).grow(leaf(1)).keysChange).toBe(true);
  });

  it('forgets leaves that were put back: what follows them is another tree', () => {
    const leaves = Array.from({ length: 11 }, (_, at) => leaf(at));
    const tree = new RecentTree({ size: 0, edge: [] });
    const before = grown(tree, 0, leaves.slice(0, 6));
    grown(tree, 6, [leaf(6, ' put back'), leaf(7, ' put back'), leaf(8, ' put back')]);
    grown(tree, before.size, leaves.slice(6));
    expect(tree.edge(11)).toEqual(edgeOf(leaves));
    expect(tree.edge(6)).toEqual(edgeOf(leaves.slice(0, 6)));
  });

  it('knows the first checkpoint that covers an entry, and none that may not be the first', () => {
    const tree = new RecentTree({ size: 5, edge: edgeOf([0, 1, 2, 3, 4].map((at) => leaf(at))) });
    for (const size of [7, 10]) tree.committed(size, `note ${size}`);
    expect([4, 5, 6, 7, 9, 10].map((index) => tree.covering(index)?.size)).toEqual([
      undefined,
      7,
      7,
      10,
      10,
      undefined,
    ]);
  });

  it('knows the newest 64 checkpoints', () => {
    const tree = new RecentTree({ size: 0, edge: [] });
    for (let size = 1; size <= 65; size += 1) tree.committed(size, `note ${size}`);
    expect(tree.covering(1)).toBeUndefined();
    expect(tree.covering(2)).toEqual({ size: 3, note: 'note 3' });
    expect(tree.covering(64)).toEqual({ size: 65, note: 'note 65' });
  });

  it('does not grow from nothing', () => {
    const tree = new RecentTree({ size: 3, edge: edgeOf([leaf(0), leaf(1), leaf(2)]) });
    expect(() => tree.at(5).grow(leaf(5))).toThrow('leaf 5 does not follow what is at hand');
  });

  it('has the newest 4,096 leaves, and of each level above as much of the tree', () => {
    const leaves = Array.from({ length: 8_192 }, (_, at) => leaf(at));
    const tree = new RecentTree({ size: 0, edge: [] });
    grown(tree, 0, leaves);
    const known = (level: number) =>
      Array.from({ length: 8_192 / 2 ** level }, (_, at) => tree.node(level, at) !== undefined);
    expect([0, 1, 8, 10, 11, 12].map((level) => known(level).filter(Boolean).length)).toEqual([
      4_096, 2_048, 16, 4, 4, 2,
    ]);
    expect(known(0).indexOf(true)).toBe(4_096);
    expect(tree.node(14, 0)).toBeUndefined();
  });

  it('says that it does not know the edge of long ago', () => {
    const tree = new RecentTree({ size: 0, edge: [] });
    grown(
      tree,
      0,
      Array.from({ length: 9_000 }, (_, at) => leaf(at)),
    );
    expect(() => tree.edge(3)).toThrow('the edge of 3 leaves is not at hand');
  });
});
