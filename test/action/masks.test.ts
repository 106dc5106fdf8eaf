import { expect, test } from 'vitest';
import { maskForms } from '../../action/masks.ts';

test('a plain value is masked whole and in base64', () => {
  expect(maskForms('secret-value')).toEqual(['secret-value', 'c2VjcmV0LXZhbHVl']);
});

test('the segments of a JWT are masked apart', () => {
  expect(maskForms('aaaaaaaa.bbbbbbbb.cccccccc')).toEqual(expect.arrayContaining(['aaaaaaaa', 'bbbbbbbb', 'cccccccc']));
});

test('dots alone make no JWT', () => {
  expect(maskForms('some words. more words. and more')).not.toContain('some words');
});

test('each line of a value is masked, short ones apart', () => {
  const forms = maskForms('first line\r\n}\nsecond line\n');
  expect(forms).toEqual(expect.arrayContaining(['first line', 'second line']));
  expect(forms).not.toContain('}');
});

test('a value with quotes is masked in its JSON text, too', () => {
  expect(maskForms('say "hello"')).toContain(String.raw`say \"hello\"`);
});

test('base64 is masked with and without its padding and special signs', () => {
  expect(maskForms('~~~???~~~?')).toEqual(expect.arrayContaining(['fn5+Pz8/fn5+Pw==', 'fn5-Pz8_fn5-Pw']));
});

test('even a short value is masked whole, and nothing is masked for an empty one', () => {
  expect(maskForms('abc')).toContain('abc');
  expect(maskForms('')).toEqual([]);
});
