import { expect, test } from 'vitest';
import { createSharing, slim } from '../../../broker/policy/sharing.ts';

test('what is the same is made once, and another is made for another key', () => {
  const share = createSharing();
  const [first, again, other] = ['a', 'a', 'b'].map((key) => share(key, () => ({ key })));
  expect(again).toBe(first);
  expect(other).toEqual({ key: 'b' });
});

test('what was made as nothing is not made again', () => {
  const share = createSharing();
  let made = 0;
  for (const key of ['a', 'a'])
    share(key, () => {
      made += 1;
      return undefined;
    });
  expect(made).toBe(1);
});

test('empty lists are one list, and others are themselves', () => {
  const list = ['a'];
  expect(slim([])).toBe(slim([]));
  expect([slim([]), slim(list)]).toEqual([[], list]);
  expect(slim(list)).toBe(list);
});
