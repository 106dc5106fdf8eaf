import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatFinding, parseStrictYaml } from '../../../broker/yaml/strict-yaml.ts';

const schema = z.strictObject({
  name: z.string(),
  to: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  inner: z.strictObject({ list: z.array(z.strictObject({ kind: z.string() })) }).optional(),
  any: z.unknown().optional(),
});

function findingsOf(text: string): string[] {
  const result = parseStrictYaml({ file: 'f.yaml', text }, schema);
  return result.ok ? [] : result.findings.map(formatFinding);
}

function parsed(text: string): unknown {
  const result = parseStrictYaml({ file: 'f.yaml', text }, schema);
  return result.ok ? result.yaml.value : undefined;
}

describe('parseStrictYaml', () => {
  it('reads a document, comments and block texts with any signs in them', () => {
    const text = 'name: no # Norway stays text\nto: |\n  %not a directive\n  !not a tag &nor *this\nany: "&x *y !z"\n';
    expect(parsed(text)).toEqual({ name: 'no', to: '%not a directive\n!not a tag &nor *this\n', any: '&x *y !z' });
  });

  it.each([
    ['a directive', '%YAML 1.1\n---\nname: no\n', 'f.yaml:1:1: directives (lines that start with %) are not allowed'],
    ['an anchor', 'name: &x y\n', 'f.yaml:1:7: the anchor &x is not allowed: write the value out where it is used'],
    ['an alias', 'name: *x\n', 'f.yaml:1:7: the alias *x is not allowed: write the value out'],
    ['a tag that changes nothing', 'name: !!str x\n', 'f.yaml:1:7: the tag !!str is not allowed'],
    ['a tag on a key', '!!str name: x\n', 'f.yaml:1:1: the tag !!str is not allowed'],
    ['a tag on the document', '--- !!map\nname: x\n', 'f.yaml:1:5: the tag !!map is not allowed'],
    ['a tag in a list', 'name: x\nto: [a, !b c]\n', 'f.yaml:2:9: the tag !b is not allowed'],
    ['a merge key', '<<: { name: x }\n', 'f.yaml:1:1: merge keys (<<) are not allowed: write the keys out'],
    [
      'a second document',
      'name: x\n---\nname: y\n',
      'f.yaml:2:1: a second document (---) starts here: one file is one document',
    ],
    ['a key twice', 'name: x\nname: y\n', 'f.yaml:2:1: the key "name" stands here twice: only one of them could count'],
    ['a key that is a list', '? [a]\n: b\n', 'f.yaml:1:3: a key must be text'],
    ['__proto__', 'name: x\nany: { __proto__: { admin: true } }\n', 'f.yaml:2:8: the key "__proto__" is not allowed'],
    ['__proto__ in quotes', 'name: x\nany: { "__proto__": 1 }\n', 'f.yaml:2:8: the key "__proto__" is not allowed'],
    ['constructor', 'name: x\nconstructor: y\n', 'f.yaml:2:1: the key "constructor" is not allowed'],
    ['prototype', 'name: x\nany:\n  prototype: y\n', 'f.yaml:3:3: the key "prototype" is not allowed'],
    ['a byte order mark', '\ufeffname: x\n', 'f.yaml:1:1: the character U+FEFF cannot be seen and is not allowed'],
    [
      'text that runs the other way',
      'name: "x\u202ey"\n',
      'f.yaml:1:9: the character U+202E cannot be seen and is not allowed',
    ],
    ['a NUL', 'name: x\u0000\n', 'f.yaml:1:8: the character U+0000 cannot be seen and is not allowed'],
    [
      'a lone carriage return',
      'name: x\rto: y\n',
      'f.yaml:1:8: the character U+000D cannot be seen and is not allowed',
    ],
    ['half a surrogate pair', 'name: \ud800\n', 'f.yaml:1:1: is not well-formed Unicode: save the file as UTF-8'],
    ['nothing', '', 'f.yaml:1:1: is empty: it must be a map'],
    ['a text', 'name\n', 'f.yaml:1:1: must be a map, not text'],
  ])('refuses %s', (_what, text, finding) => {
    expect(findingsOf(text)[0]).toContain(finding);
    expect(findingsOf(text)).toHaveLength(1);
  });

  it.each([
    ['brackets', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['braces', '{a: '.repeat(15_000)],
    ['dashes on one line', '- '.repeat(30_000)],
    ['question marks on one line', '? '.repeat(30_000)],
  ])('refuses nesting of %s before it can exhaust the stack', (_what, text) => {
    expect(findingsOf(`any: x\n${text}`)).toEqual([expect.stringContaining('is nested deeper than 32 levels')]);
  });

  it('refuses a file of more than 64 KiB, counted in bytes', () => {
    const text = `name: x\n# ${'ä'.repeat(33_000)}`;
    expect(text.length).toBeLessThan(64 * 1024);
    expect(findingsOf(text)).toEqual(['f.yaml:1:1: the file is larger than 64 KiB']);
  });

  it('takes thousands of keys, and thousands of unknown ones, without a long list', () => {
    const keys = Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join('\n');
    expect(parsed(`name: x\nany:\n${keys.replaceAll(/^/gm, ' ')}\n`)).toMatchObject({ name: 'x' });
    expect(findingsOf(`name: x\n${keys}`)).toHaveLength(20);
  });

  it('takes Windows line ends', () => {
    expect(parsed('name: x\r\nto: [a]\r\n')).toEqual({ name: 'x', to: ['a'] });
  });

  it('places a finding at the key of a map and at the item of a list', () => {
    const text = 'name: x\ninner:\n  list:\n    - { kind: a }\n    - { kind: b, knid: c }\n';
    expect(findingsOf(text)).toEqual(['f.yaml:5:18: inner.list[1].knid: unknown key; did you mean `kind`?']);
  });

  it('places a finding about what is missing at the nearest parent that exists', () => {
    expect(findingsOf('name: x\ninner:\n  list:\n    - {}\n')).toEqual(['f.yaml:4:7: inner.list[0].kind: is missing']);
  });

  it('lets the caller place findings of its own', () => {
    const result = parseStrictYaml({ file: 'f.yaml', text: 'name: x\nto:\n  - a\n  - b\n' }, schema);
    if (!result.ok) throw new Error('must load');
    expect(formatFinding(result.yaml.finding(['to', 1], 'is odd'))).toBe('f.yaml:4:5: to[1]: is odd');
    expect(formatFinding(result.yaml.finding([], 'is odd'))).toBe('f.yaml:1:1: is odd');
  });
});
