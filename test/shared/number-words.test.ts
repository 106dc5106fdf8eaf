import { expect, test } from 'vitest';
import { counted, grouped, shortDigest } from '../../shared/number-words.ts';

test('numbers are grouped by thousands', () => {
  expect([0, 999, 18_204].map(grouped)).toEqual(['0', '999', '18,204']);
});

test('what is counted stands in the singular where it is one', () => {
  expect([0, 1, 2_000].map((count) => counted(count, 'entry', 'entries'))).toEqual([
    '0 entries',
    '1 entry',
    '2,000 entries',
  ]);
});

test('a digest is shortened to its ends, and what is short is shown whole', () => {
  expect(shortDigest('0123456789abcdef01234')).toBe('0123 4567 … 1234');
  expect(shortDigest('0123456789abcdef0123')).toBe('0123456789abcdef0123');
});
