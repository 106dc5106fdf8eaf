import { expect, it } from 'vitest';
import { ordinal } from '../../shared/ordinal.ts';

it.each([
  [0, 'first'],
  [9, 'tenth'],
  [10, '11th'],
  [12, '13th'],
  [20, '21st'],
  [21, '22nd'],
  [102, '103rd'],
  [110, '111th'],
])('the index %i is the %s', (index, words) => {
  expect(ordinal(index)).toBe(words);
});
