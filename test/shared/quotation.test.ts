import { describe, expect, it } from 'vitest';
import { cut, isInert, piecesOf, sentenceParts } from '../../shared/quotation.ts';

/** Boxed code points in brackets. */
const shown = (text: string, block?: boolean): string =>
  piecesOf(text, block === undefined ? undefined : { block })
    .map((piece) => (piece.boxed ? `[${piece.text}]` : piece.text))
    .join('');

describe('words from outside', () => {
  it.each([
    ['naïve “quotes” 東京', 'naïve “quotes” 東京'],
    ['a\u202eb', 'a[U+202E]b'],
    ['\u0007a\u0007\u0007', '[U+0007]a[U+0007][U+0007]'],
    ['a\u00a0b c', 'a[U+00A0]b c'],
    ['a\nb', 'a[U+000A]b'],
    ['a\u2028b', 'a[U+2028]b'],
    ['a\u2800b', 'a[U+2800]b'],
    [`e${'\u0301'.repeat(3)}`, `e${'\u0301'.repeat(3)}`],
    [`e${'\u0301'.repeat(5)}`, `e${'\u0301'.repeat(3)}[U+0301][U+0301]`],
  ])('%j are shown as %j', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('in a block keep their line breaks, and nothing else', () => {
    expect(shown('a\nb\u202e\u00a0', true)).toBe('a\nb[U+202E][U+00A0]');
    expect(shown(`e${'\u0301'.repeat(4)}`, true)).toBe(`e${'\u0301'.repeat(3)}[U+0301]`);
    expect(shown('a\nb', false)).toBe('a[U+000A]b');
  });

  it('are cut between characters, and counted', () => {
    expect(cut('😀'.repeat(3), 2)).toEqual({ shown: '😀😀', total: 3 });
    expect(cut('a'.repeat(201))).toEqual({ shown: 'a'.repeat(200), total: 201 });
  });
});

describe('what may stand plain', () => {
  it.each(['a', 'refs/heads/main', 'a1:b@c+d=e.f_-', 'a'.repeat(128)])('is a name or a hash: %s', (text) => {
    expect(isInert(text)).toBe(true);
  });

  it.each(['', 'a b', 'a!', '!a', 'é', 'a'.repeat(129)])('is not what could say something: %j', (text) => {
    expect(isInert(text)).toBe(false);
  });
});

describe('a sentence of the broker', () => {
  const parts = (message: string, got?: string): string[] =>
    sentenceParts(message, got).flatMap(({ kind, text }) => (text === '' ? [] : [`${kind} ${text}`]));

  it('is ours where it quotes nothing', () => {
    expect(parts('The branch is `main` here.')).toEqual(['ours The branch is ', 'code main', 'ours  here.']);
    expect(parts('Said "once')).toEqual(['ours Said "once']);
    expect(parts('')).toEqual([]);
  });

  it('has what it quotes apart, with the quotes that are in it', () => {
    expect(parts('It is "a "b" `c`\nd", which is `not` so.')).toEqual([
      'ours It is ',
      'said a "b" `c`\nd',
      'ours , which is ',
      'code not',
      'ours  so.',
    ]);
    expect(parts('"undefined" is not "x"')).toEqual(['said undefined" is not "x']);
  });

  it('has the value that it got apart first, as often as it stands there', () => {
    expect(parts('Is "x" or "y" for "x".', 'x')).toEqual([
      'ours Is ',
      'said x',
      'ours  or ',
      'said y',
      'ours  for ',
      'said x',
      'ours .',
    ]);
    expect(parts('Is "" here.', '')).toEqual(['ours Is ', 'ours  here.']);
  });
});
