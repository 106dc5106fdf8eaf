// What somebody may write into a policy file to have it read otherwise than it looks, or to keep the reader busy: each is one clear
// error with its place, from the command as a process that has little memory.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildOrganization, yamlText } from '../../support/build-policy.ts';
import { ROOT } from '../../support/source-tree.ts';

/** Line 1 to 9, each with what may stand in its place. */
const LINES = {
  project: 'project: shop',
  title: 'title: Web shop',
  owner: 'owner: acme/platform',
  repositories: 'repositories:',
  repository: '  - { name: acme/shop, id: "2001" }',
  entitlements: 'entitlements:',
  preview: '  preview:',
  credential: '    credential: { kind: jwt, audience: https://previews.example.com }',
  rest: '    { risk: low }',
};
const ENTITLEMENT = `  preview:
    risk: low
    ttl: 10m
    credential: { kind: jwt, audience: https://previews.example.com }
    allow: [ { branch: main, event: push } ]
`;
const HEAD = [LINES.project, LINES.title, LINES.owner, LINES.repositories, LINES.repository, LINES.entitlements];

/** The shop's policy with one line in the place of another. */
const withLine = (line: keyof typeof LINES, text: string): string =>
  `${HEAD.map((one) => (one === LINES[line] ? text : one)).join('\n')}\n${ENTITLEMENT}`;
const GOOD = withLine('title', LINES.title);
const withRule = (rule: string): string => GOOD.replace('{ branch: main, event: push }', rule);
const laughs = [
  'a: &a [x, x]',
  ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [*${'abcdefgh'[at]}, *${'abcdefgh'[at]}]`),
];

const HOSTILE: Readonly<Record<string, readonly [text: string, line: string]>> = {
  alias: [withLine('title', 'title: *x'), '2:8: the alias *x is not allowed: write the value out'],
  anchor: [withLine('title', 'title: &x Shop'), '2:8: the anchor &x is not allowed'],
  'billion-laughs': [laughs.join('\n'), '1:4: the anchor &a is not allowed'],
  'merge-key': [withLine('title', '<<: { title: Shop }'), '2:1: merge keys (<<) are not allowed: write the keys out'],
  'merge-key-in-quotes': [withLine('title', '"<<": { title: Shop }'), '2:1: merge keys (<<) are not allowed'],
  'tag-of-a-language': [
    withLine('title', 'title: !!python/object/apply:os.system [id]'),
    '2:8: the tag !!python/object/apply:os.system is not allowed',
  ],
  'tag-that-changes-nothing': [withLine('title', 'title: !!str Shop'), '2:8: the tag !!str is not allowed'],
  'tag-binary': [withLine('title', 'title: !!binary U2hvcA=='), '2:8: the tag !!binary is not allowed'],
  directive: [`%YAML 1.1\n---\n${GOOD}`, '1:1: directives (lines that start with %) are not allowed'],
  'directive-tag': [
    `%TAG ! tag:example.com,2026:\n---\n${GOOD}`,
    '1:1: directives (lines that start with %) are not allowed',
  ],
  'key-twice': [
    withLine('title', 'title: Web shop\nowner: acme/security'),
    '4:1: the key "owner" stands here twice: only one of them could count',
  ],
  'key-twice-escaped': [
    withLine('title', 'title: Web shop\n"own\\u0065r": acme/security'),
    '4:1: the key "owner" stands here twice',
  ],
  'key-in-flow-twice': [
    withLine('repository', '  - { name: acme/shop, id: "2001", id: "2002" }'),
    '5:36: the key "id" stands here twice',
  ],
  proto: [withLine('title', '__proto__: { owner: acme/security }'), '2:1: the key "__proto__" is not allowed'],
  'proto-escaped': [withLine('title', '"__\\u0070roto__": { a: b }'), '2:1: the key "__proto__" is not allowed'],
  'key-constructor': [withLine('title', 'constructor: x'), '2:1: the key "constructor" is not allowed'],
  'key-that-is-a-list': [withLine('title', '? [a, b]\n: c'), '2:3: a key must be text'],
  'key-that-is-a-number': [withLine('title', '7: c'), '2:1: 7: unknown key'],
  'nested-brackets': [`title: ${'['.repeat(30_000)}`, '1:40: is nested deeper than 32 levels'],
  'nested-braces': [`title: ${'{a: '.repeat(15_000)}`, '1:136: is nested deeper than 32 levels'],
  'nested-dashes': [`title:\n  ${'- '.repeat(30_000)}`, '2:67: is nested deeper than 32 levels'],
  'nested-indentation': [Array.from({ length: 300 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'), ': '],
  'many-lines': ['\n'.repeat(20_000), '1:1: has more than 8000 lines'],
  'many-keys': [Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join('\n'), '1:1: project: is missing'],
  'many-items': [
    withRule(`{ branch: [${'main, '.repeat(1_200)}main] }`),
    ': the lists of this file have more than 1000 items together',
  ],
  'second-document': [`${GOOD}---\n${GOOD}`, '12:1: a second document (---) starts here: one file is one document'],
  'byte-order-mark': [`\ufeff${GOOD}`, '1:1: the character U+FEFF cannot be seen and is not allowed'],
  nul: [withLine('title', 'title: Web\u0000shop'), '2:11: the character U+0000 cannot be seen and is not allowed'],
  'other-way': [
    withLine('title', 'title: "\u202ewhat"'),
    '2:9: the character U+202E cannot be seen and is not allowed',
  ],
  'zero-width': [
    withLine('owner', 'owner: acme/plat\u200bform'),
    '3:17: the character U+200B cannot be seen and is not allowed',
  ],
  'escaped-other-way': [
    withLine('title', 'title: "\\u202ewhat"'),
    '2:8: in this text, the character U+202E cannot be seen',
  ],
  'lone-carriage-return': [
    withLine('title', 'title: Web\rowner: acme/security'),
    '2:11: the character U+000D cannot be seen and is not allowed',
  ],
  'tab-indents': [withLine('repository', '\t- { name: acme/shop, id: "2001" }'), '5:1: '],
  'quote-left-open': [withLine('title', 'title: "Web shop'), ': '],
  'number-for-an-id': [
    withLine('repository', '  - { name: acme/shop, id: 2001 }'),
    '5:24: repositories[0].id: must be an id: digits in quotes, such as "2001", not 2001',
  ],
  'hexadecimal-id': [
    withLine('repository', '  - { name: acme/shop, id: 0x7d1 }'),
    '5:24: repositories[0].id: must be an id: digits in quotes, such as "2001", not 2001',
  ],
  'number-for-a-name': [withLine('project', 'project: 1e3'), '1:1: project: must be '],
  'not-a-number': [withLine('title', 'title: .nan'), '2:1: title: must be text, not NaN: put it in quotes, "NaN"'],
  'true-for-a-title': [
    withLine('title', 'title: true'),
    '2:1: title: must be text, not true: put it in quotes, "true"',
  ],
  'nothing-for-an-owner': [
    withLine('owner', 'owner: ~'),
    '3:1: owner: is empty: it must be a team, written organization/team',
  ],
  'yes-for-true': [
    withRule('{ branch: main, protected-ref: yes }'),
    'entitlements.preview.allow[0].protected-ref: must be `true`, not "yes"',
  ],
  'number-for-a-ttl': [
    GOOD.replace('10m', '600'),
    'entitlements.preview.ttl: must be a duration such as 15m, or never, not 600',
  ],
  sexagesimal: [
    GOOD.replace('10m', '10:30'),
    'entitlements.preview.ttl: must be a duration such as 15m, or never, not "10:30"',
  ],
  'nothing-at-all': ['', '1:1: is empty: it must be a map'],
  'one-word': ['shop', '1:1: must be a map, not text'],
  'a-list': ['- shop', '1:1: must be a map, not a list'],
};

/** Where each line is wrong for itself; of thousands of unknown ones twenty are named. */
const SEVERAL: Readonly<Record<string, number>> = { 'billion-laughs': 20, 'many-keys': 24, 'nested-indentation': 5 };

interface Checked {
  readonly code: number;
  readonly lines: readonly string[];
}

/** `policy check` over a directory with these files and an organization. */
function policyCheck(files: Readonly<Record<string, string | Buffer>>): Promise<Checked> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-hostile-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return checkIn(directory, files);
}

function checkIn(directory: string, files: Readonly<Record<string, string | Buffer>>): Promise<Checked> {
  mkdirSync(join(directory, 'policies'));
  const all = { '_organization.yaml': yamlText(buildOrganization()), ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(directory, 'policies', file), text);
  const words = ['--max-old-space-size=128', 'broker/main.ts', 'policy', 'check', join(directory, 'policies')];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: ROOT, env: {} }, (error, stdout) => {
      const lines = stdout.replaceAll(`${directory}/policies/`, '').trimEnd().split('\n');
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, lines });
    });
  });
}

describe('a hostile policy file', () => {
  let checked: Checked;
  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-hostile-'));
    checked = await checkIn(
      directory,
      Object.fromEntries(Object.entries(HOSTILE).map(([name, [text]]) => [`${name}.yaml`, text])),
    );
    rmSync(directory, { recursive: true });
  });

  it('is no reason to end otherwise than with 1 and a last line that says so', () => {
    expect([checked.code, checked.lines.at(-1)]).toEqual([
      1,
      expect.stringMatching(/: nothing of this directory would be put in force\.$/),
    ]);
  });

  it.each(Object.entries(HOSTILE))('with %s is one clear error with its place', (name, [, line]) => {
    const own = checked.lines.filter((one) => one.startsWith(`${name}.yaml:`));
    expect(own[0]).toMatch(/^[^:]+:\d+:\d+: \S/);
    expect(own[0]).toContain(line);
    expect(own).toHaveLength(SEVERAL[name] ?? 1);
  });
});

describe('a hostile file that is not even parsed', () => {
  const cannot = (why: string): Checked => ({ code: 1, lines: [`shop.yaml cannot be read: ${why}`] });

  it.each([
    ['of ten megabytes', Buffer.alloc(10_000_000, 'a'), 'it has 10000000 bytes, a policy file has at most 65536'],
    ['that is not UTF-8', Buffer.from('title: caf\xe9\n', 'latin1'), 'it is not UTF-8'],
    ['in UTF-16', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), 'it is not UTF-8'],
    ['with a character written in too many bytes', Buffer.from([0x61, 0xc0, 0xaf]), 'it is not UTF-8'],
    ['with half a surrogate pair', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'it is not UTF-8'],
  ])('%s is named, with the reason', async (_what, content, why) => {
    const { code, lines } = await policyCheck({ 'shop.yaml': content });
    expect({ code, lines: lines.map((line) => line.replaceAll('"', '')) }).toEqual(cannot(why));
  });
});

describe('what only looks hostile', () => {
  it.each([
    ['Norway', withRule('{ branch: no, environment: NO, event: push }')],
    ['on, off and yes', withRule('{ branch: [on, off, yes, y, n], event: push }')],
    ['a date', GOOD.replace('10m', '10m\n    expires: 2027-03-01')],
    ['Windows line ends', GOOD.replaceAll('\n', '\r\n')],
    ['signs of YAML in quotes', withLine('title', 'title: "&x *y !z <<: %YAML"')],
  ])('is read as it is written: %s', async (_what, text) => {
    const { code, lines } = await policyCheck({ 'shop.yaml': text });
    expect([code, lines.at(-1)]).toEqual([0, expect.stringMatching(/^1 project, 1 entitlement.*: well/)]);
  });
});
