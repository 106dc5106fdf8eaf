import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBundle, parseBundle, TILE_WIDTH, tilePath, tilesOf } from '../../shared/tiles.ts';

describe('the tiles of a tree', () => {
  it.each([
    [0, []],
    [1, ['tile/0/000.p/1']],
    [256, ['tile/0/000', 'tile/1/000.p/1']],
    [257, ['tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']],
    [600, ['tile/0/000', 'tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2']],
  ])('of %i leaves are %j', (size, paths) => {
    expect([...tilesOf(size)].map(tilePath)).toEqual(paths);
  });

  it('of 70,000 leaves reach to the third level, and the lowest hold every leaf', () => {
    const tiles = [...tilesOf(70_000)];
    expect(tiles.at(-1)).toEqual({ level: 2, index: 0, width: 1 });
    const lowest = tiles.filter(({ level }) => level === 0);
    expect(lowest.reduce((sum, { width }) => sum + width, 0)).toBe(70_000);
  });

  it.each([
    [0, 'tile/entries/000'],
    [1_234_067, 'tile/entries/x001/x234/067'],
  ])('have a bundle of entries each: of tile %i it is %s', (index, path) => {
    expect(tilePath({ level: 'entries', index, width: TILE_WIDTH })).toBe(path);
  });
});

describe('an entry bundle', () => {
  it('gives back the leaves that it was made of', () => {
    const leaves = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 9 });
    fc.assert(
      fc.property(leaves, (all) => {
        const bytes = all.map((leaf) => Buffer.from(leaf));
        expect(parseBundle(formatBundle(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has a uint16 before each leaf, the higher byte first (C2SP tlog-tiles)', () => {
    expect(formatBundle([Buffer.alloc(258, 1)]).subarray(0, 3)).toEqual(Buffer.of(1, 2, 1));
  });

  it('may have leaves of no bytes, also at its end', () => {
    expect(parseBundle(Buffer.of(0, 0, 0, 1, 9, 0, 0))).toEqual([Buffer.of(), Buffer.of(9), Buffer.of()]);
    expect(parseBundle(Buffer.of())).toEqual([]);
  });

  it.each([[[0]], [[0, 2, 1]], [[0, 1, 1, 0]]])('whose bytes %j do not come out even is none', (bytes) => {
    expect(parseBundle(Buffer.from(bytes))).toBeUndefined();
  });
});
