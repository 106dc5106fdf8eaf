// Codes that people compare or type.
import { expect, test } from 'vitest';
import { readShortCode, shortCode } from '../../shared/short-code.ts';

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

test('a code is eight letters in two halves, one for each of the first eight bytes', () => {
  expect(shortCode(Uint8Array.of(0, 1, 2, 3, 16, 17, 18, 19))).toBe('BCDF-VWXZ');
  expect(shortCode(Uint8Array.of(20, 255, 2, 3, 16, 17, 18, 19, 4, 5))).toBe('BTDF-VWXZ');
});

test('its letters are twenty, without vowels and without those that are taken for digits', () => {
  const made = Array.from({ length: 256 }, (_, byte) => shortCode(new Uint8Array(8).fill(byte)));
  expect([...new Set(made.map(([letter]) => letter))].join('')).toBe(LETTERS);
});

test.for(['BCDF-VWXZ', 'bcdf-vwxz', 'BCDFVWXZ', ' bc df - vw\txz\n', 'BC-DF-VW-XZ'])(
  'whoever types %j means one code',
  (typed) => {
    expect(readShortCode(typed)).toBe('BCDF-VWXZ');
  },
);

test.for(['', 'BCDF-VWX', 'BCDF-VWXZB', 'BCDF-VWXA', 'ABCD-VWXZ', 'BCDF-VWX0', 'BCDF_VWXZ', 'BCDF–VWXZ'])(
  '%j can be no code',
  (typed) => {
    expect(readShortCode(typed)).toBeUndefined();
  },
);
