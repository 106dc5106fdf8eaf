import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatFinding, parseStrictYaml } from '../../../broker/yaml/strict-yaml.ts';

function findingsOf(text: string): string[] {
  const result = parseStrictYaml({ file: 'f.yaml', text }, z.record(z.string(), z.unknown()));
  return result.ok ? [] : result.findings.map(formatFinding);
}

describe('what a text may not contain', () => {
  it.each([
    ['a soft hyphen', 'a: ma\u00adin', 'f.yaml:1:6: the character U+00AD cannot be seen and is not allowed'],
    ['a Hangul filler', 'a: b\n# \u3164', 'f.yaml:2:3: the character U+3164 cannot be seen and is not allowed'],
    ['a tag character', 'a: b\r\nc: d\u{e0061}', 'f.yaml:2:5: the character U+E0061 cannot be seen and is not allowed'],
    ['a space that is none', 'a: main\u00a0# x', 'f.yaml:1:8: the character U+00A0 looks like a space and is none'],
    ['an escape for one', 'a: b\nc: "x\\u202ey"', 'f.yaml:2:4: in this text, the character U+202E cannot be seen'],
    ['an escape in a key', '"a\\xADb": c', 'f.yaml:1:1: in this text, the character U+00AD cannot be seen'],
    ['a line break in quotes', 'a: "x\\n::error::y"', 'f.yaml:1:4: in this text, the character U+000A cannot be seen'],
  ])('refuses %s', (_what, text, finding) => {
    expect(findingsOf(text)).toEqual([expect.stringContaining(finding)]);
  });

  it('takes line breaks of block text, whose reader sees them', () => {
    expect(findingsOf('a: |\n  x\n  y\n')).toEqual([]);
  });

  it('refuses lists of more than a thousand items together, before any of them is looked at', () => {
    expect(findingsOf(`a: [${'x,'.repeat(500)}]\nb: [${'x,'.repeat(500)}]`)).toEqual([]);
    expect(findingsOf(`a: [${'x,'.repeat(500)}]\nb: [${'x,'.repeat(501)}]`)).toEqual([
      'f.yaml:2:4: the lists of this file have more than 1000 items together: shorten them, with patterns for instance',
    ]);
  });

  it('refuses more lines than anybody reads', () => {
    expect(findingsOf(`${'\n'.repeat(7_999)}a: b`)).toEqual([]);
    expect(findingsOf('\n'.repeat(60_000))).toEqual(['f.yaml:1:1: has more than 8000 lines']);
  });
});

describe('formatFinding', () => {
  it('lets no word of a file act on a terminal or in a log', () => {
    const line = formatFinding({ file: '::x.yaml', line: 1, column: 2, key: 'a\nb', message: '"\u001b[2J" ##[error]' });
    expect(line).toBe(String.raw`\u{3a}:x.yaml:1:2: a\u{a}b: "\u{1b}[2J" #\u{23}[error]`);
  });
});
