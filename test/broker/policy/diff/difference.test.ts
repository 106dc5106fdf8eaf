import { expect, it } from 'vitest';
import { type Direction, isWidening, widestFirst } from '../../../../broker/policy/diff/difference.ts';

it('what gives more, or may, stands first and wants to be looked at', () => {
  const all: Direction[] = ['neutral', 'narrower', 'may-differ', 'wider', 'loses', 'other', 'gains'];
  const sorted = all.map((direction) => ({ direction })).toSorted(widestFirst);
  expect(sorted.map((one) => [one.direction, isWidening(one)])).toEqual([
    ['gains', true],
    ['wider', true],
    ['may-differ', true],
    ['other', true],
    ['narrower', false],
    ['loses', false],
    ['neutral', false],
  ]);
});
