import { describe, expect, it } from 'vitest';
import { firstInvisible, inert, inertJson, inertLine } from '../../shared/invisible.ts';

describe('characters that nobody sees', () => {
  it.each([
    0x00, 0x09, 0x1b, 0x7f, 0x85, 0xad, 0x34f, 0x61c, 0x115f, 0x17b4, 0x180e, 0x200b, 0x200d, 0x202e, 0x2028, 0x2060,
    0x2064, 0x206f, 0x2800, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xe0061, 0xe000,
  ])('are found: %i', (point) => {
    const name = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
    const message = `the character ${name} cannot be seen and is not allowed`;
    expect(firstInvisible(`ab${String.fromCodePoint(point)}c`)).toEqual({ index: 2, message });
  });

  it.each([0xa0, 0x1680, 0x2003, 0x202f, 0x3000])('are spaces, too, that are none: %i', (point) => {
    expect(firstInvisible(String.fromCodePoint(point))?.message).toContain('looks like a space and is none');
  });

  it('are not the letters, marks and signs of any writing, nor a space', () => {
    expect(firstInvisible('Zürich – 東京 “naïve” été 😀 שלום')).toBeUndefined();
    expect(firstInvisible('a\nb\tc', '\n\t')).toBeUndefined();
  });

  it('are shown as code points, and stay where they were in JSON', () => {
    expect(inert('a\u001b[2J\n\u{e0061}')).toBe(String.raw`a\u{1b}[2J\u{a}\u{e0061}`);
    const value = { a: 'x\u202e\u{e0061}\u0085\u00ad\n##[error]y ##[group]' };
    expect(firstInvisible(inertJson(value))).toBeUndefined();
    expect(JSON.parse(inertJson(value))).toEqual(value);
    expect(inertJson(value)).not.toContain('##[');
  });

  it('give no command to a runner', () => {
    expect(inertLine('::add-mask::x')).toBe(String.raw`\u{3a}:add-mask::x`);
    expect(inertLine('  ::add-mask::x')).toBe(String.raw`  \u{3a}:add-mask::x`);
    expect(inertLine('file.yaml:1:2: a ::b')).toBe('file.yaml:1:2: a ::b');
    expect(inertLine('a: ##[add-mask]x\n::b')).toBe(String.raw`a: #\u{23}[add-mask]x\u{a}::b`);
  });
});
