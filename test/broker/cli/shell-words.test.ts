import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellCommand, shellWord, withInput } from '../../../broker/cli/shell-words.ts';

const shell = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8' });

const WORDS = [
  "it's",
  '$(id)',
  '`id`',
  'a b',
  '',
  '*',
  '~',
  '"',
  '\\',
  '!x',
  'a\nb',
  '--x=$HOME',
  "--x='",
  '#',
  ';',
  '-',
];

describe('words for a shell', () => {
  it('come out of it as they went in', () => {
    expect(
      shell(`printf '%s\\0' ${WORDS.map(shellWord).join(' ')}`)
        .split('\0')
        .slice(0, -1),
    ).toEqual(WORDS);
  });

  it('come out of it as they went in, whatever they are', () => {
    const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0') && one.isWellFormed());
    const rows = fc.sample(text, 200);
    expect(
      shell(`printf '%s\\0' ${rows.map(shellWord).join(' ')}`)
        .split('\0')
        .slice(0, -1),
    ).toEqual(rows);
  });

  it('are left as they are where nothing in them means anything', () => {
    expect(shellCommand(['aws', '--url', 'https://a.example.com:1/x', 'a=b'])).toBe(
      'aws --url https://a.example.com:1/x a=b',
    );
  });

  it('are on a line an option where they are many', () => {
    expect(shellCommand(['x', '--a', 'b'.repeat(60), '--c', 'd'.repeat(60)])).toMatch(
      /^x \\\n {2}--a b+ \\\n {2}--c d+$/,
    );
  });

  it.each(['a\nEOF\nb', '$HOME `id` \\', 'EOF_\nEOF'])('%j goes to standard input as it is', (input) => {
    expect(shell(withInput('cat', input))).toBe(`${input}\n`);
  });
});
