import { expect, it } from 'vitest';
import { stableText } from '../../../../broker/policy/diff/stable-text.ts';

it('is the same for what is the same, and only for that', () => {
  expect(stableText({ b: [{ d: null, c: 1 }], a: 'x' })).toBe('{"a":"x","b":[{"c":1,"d":null}]}');
  expect(stableText({ a: 'x', b: [{ c: 1, d: null }] })).toBe('{"a":"x","b":[{"c":1,"d":null}]}');
  expect(stableText(['b', 'a'])).toBe('["b","a"]');
  expect(stableText(null)).toBe('null');
});
