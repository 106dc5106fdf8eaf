import { describe, expect, test } from 'vitest';
import { malformedToken, quoted } from '../../../broker/identity/refusal.ts';

describe('words of a refusal', () => {
  test.for([
    ['main', '"main"'],
    ['say "x"', String.raw`"say \"x\""`],
    [['a', 'b'], '["a","b"]'],
    [42, '42'],
    [undefined, 'nothing'],
    ['a\r\n::error::b', String.raw`"a\r\n::error::b"`],
  ] as const)('%j is quoted as %s', ([value, expected]) => {
    expect(quoted(value)).toBe(expected);
  });

  test.for([
    ['a right-to-left override', '\u202e', String.raw`\u{202e}`],
    ['a zero-width space', '\u200b', String.raw`\u{200b}`],
    ['a line separator', '\u2028', String.raw`\u{2028}`],
    ['a terminal’s control code', '\u009b', String.raw`\u{9b}`],
    ['a filler', '\u3164', String.raw`\u{3164}`],
    ['a space that is none', '\u00a0', String.raw`\u{a0}`],
    ['a tag character', '\u{e0041}', String.raw`\u{e0041}`],
  ])('%s is shown, not obeyed', ([, mark, shown]) => {
    expect(quoted(`a${mark}b`)).toBe(`"a${shown}b"`);
  });

  test.for([
    ['a'.repeat(42), `"${'a'.repeat(42)}"`],
    ['a'.repeat(43), '"[43 characters]"'],
    [`/v1/${'aB3_-'.repeat(10)}?x`, '"/v1/[50 characters]?x"'],
    ['%41'.repeat(41), `"${'%41'.repeat(41)}"`],
    ['%41'.repeat(43), '"[129 characters]"'],
    [['x', 'a'.repeat(64)], '["x","[64 characters]"]'],
    [
      'https://token.actions.githubusercontent.com/octo-enterprise',
      '"https://token.actions.githubusercontent.com/octo-enterprise"',
    ],
    ['1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12', '"1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12"'],
  ] as const)('what could be a secret is not repeated: %j becomes %s', ([value, expected]) => {
    expect(quoted(value)).toBe(expected);
  });

  test('a value of 200 characters, quotes included, is shown whole', () => {
    expect(quoted('a '.repeat(99))).toBe(`"${'a '.repeat(99)}"`);
  });

  test('a long value is cut, and never inside a character', () => {
    const text = quoted('😀'.repeat(500));
    expect(text).toHaveLength(201);
    expect(text.endsWith('…') && text.isWellFormed()).toBe(true);
  });

  test('a malformed token says what to do', () => {
    const error = malformedToken('The token is odd.');
    expect(error.code).toBe('TOKEN_MALFORMED');
    expect(error.message).toBe(
      "The token is odd. Ask GitHub for a fresh token with the toolkit's core.getIDToken() and pass it on unchanged.",
    );
  });
});
