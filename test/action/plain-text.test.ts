import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plain } from '../../action/plain-text.ts';

test('ordinary text stays as it is', () => {
  expect(plain('Branche «größer», 日本語: refs/heads/main')).toBe('Branche «größer», 日本語: refs/heads/main');
});

test('lines become one', () => {
  expect(plain('one\r\ntwo\u2028three')).toBe('one two three');
});

test('control, direction and invisible characters become visible', () => {
  expect(plain('a\u001b[31mb\u202ec\u200bd')).toBe('a\ufffd[31mb\ufffdc\ufffdd');
  // variation selector, Hangul filler, empty braille pattern: letters to Unicode, nothing to the eye
  expect(plain('a\ufe0fb\u3164c\u2800d')).toBe('a\ufffdb\ufffdc\ufffdd');
});

test('a command at the start of the line is none any more', () => {
  expect(plain('  ::add-mask::main')).toBe(': :add-mask::main');
});

test('a command of the older form is none wherever it stands', () => {
  expect(plain('text ##[stop-commands]x ###[group]')).toBe('text ## [stop-commands]x ### [group]');
});

test('no text at all is a command afterwards', () => {
  const parts = fc.constantFrom('::', ':', '##[', '#', '[', ' ', '\n', '\r', '\u00a0', '\ufeff', 'add-mask', ']', 'x');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), (pieces) => {
      const text = plain(pieces.join(''));
      expect(text).not.toMatch(/^\s*::|##\[|[\r\n]/u);
    }),
  );
});
