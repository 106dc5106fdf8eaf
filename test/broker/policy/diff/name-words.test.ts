import { describe, expect, it } from 'vitest';
import { type NameWords, nameWords, shortList } from '../../../../broker/policy/diff/name-words.ts';

const words = (parts: Partial<NameWords>): string | undefined =>
  nameWords({ names: [], all: ['main', 'next', 'v1', 'v2'], own: undefined, others: [], ...parts });

describe('names', () => {
  it.each<[what: string, parts: Partial<NameWords>, said: string | undefined]>([
    ['all there are', { names: ['main', 'next', 'v1', 'v2'] }, undefined],
    ['those of a pattern', { names: ['v1', 'v2'], own: ['v*', 'main'] }, 'v*'],
    ['those of several patterns', { names: ['v1', 'v2', 'main'], own: ['v*', 'main', 'next'] }, 'v* or main'],
    ['all but those of another pattern', { names: ['v1'], own: ['v*'], others: ['v2', 'main'] }, 'v* (not v2)'],
    [
      'all but those of several, each said once',
      { names: ['v1'], all: ['v1', 'v2', 'v3'], own: ['v*'], others: ['v3', 'v2', 'v3'] },
      'v* (not v3 or v2)',
    ],
    [
      'some that no pattern tells apart',
      { names: ['v1'], own: ['v*'], others: ['v*', '**'] },
      'some of v*, such as v1',
    ],
    [
      'some where only part of the rest has a pattern',
      { names: ['v1'], all: ['v1', 'v2', 'v3'], own: ['v*'], others: ['v2'] },
      'some of v*, such as v1',
    ],
    [
      'some where what the rest matches is meant in part',
      { names: ['ab', 'b'], all: ['ab', 'b', 'ac'], others: ['a*'] },
      'some of **, such as ab',
    ],
    ['of a rule that takes any', { names: ['main', 'v1', 'v2'], others: ['next'] }, '** (not next)'],
    ['that none of the rule’s patterns matches', { names: ['main'], own: ['x'] }, 'main'],
    [
      'whatever their letters are cased like',
      { names: ['v1'], own: ['V*'], others: ['V2'], fold: true },
      'V* (not V2)',
    ],
    ['by their case where that counts', { names: ['v1'], own: ['V*'] }, 'v1'],
  ])('%s', (...[, parts, said]) => {
    expect(words(parts)).toBe(said);
  });

  it('are no more than anybody reads', () => {
    expect(shortList([])).toBe('');
    expect(shortList(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d or e');
    expect(shortList(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e or 2 more');
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(words({ names, all: [...names, 'g'], own: ['x'] })).toBe('a, b, c, d, e or 1 more');
  });
});
