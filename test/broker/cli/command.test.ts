import { describe, expect, it } from 'vitest';
import { findCommand, readArguments } from '../../../broker/cli/arguments.ts';
import { type Command, required } from '../../../broker/cli/command.ts';
import { COMMANDS } from '../../../broker/cli/commands.ts';
import { helpOf } from '../../../broker/cli/help.ts';
import { buildpass, recordedIo } from '../../support/command-line.ts';

const NAMES = Object.keys(COMMANDS);

const example: Command = {
  name: 'log show',
  summary: 'Show entries',
  usage: 'log show [INDEX]',
  about: 'Prints them.',
  examples: ['buildpass log show 3'],
  options: {
    since: { type: 'string', value: 'INDEX', about: 'first entry' },
    raw: { type: 'boolean', about: 'as they are' },
  },
  maxPositionals: 1,
  run: async () => 0,
};

describe('finding the command', () => {
  it('takes the longest name and leaves the rest', () => {
    expect(findCommand(['policy', 'check', 'dir', '--json'], NAMES)).toEqual({
      name: 'policy check',
      rest: ['dir', '--json'],
    });
    expect(findCommand(['serve'], NAMES)).toEqual({ name: 'serve', rest: [] });
  });

  it.each([
    [['srve'], 'unknown command "srve"; did you mean "serve"? (`buildpass --help` lists the commands)'],
    [['policy', 'chek'], 'unknown command "policy chek"; did you mean "policy check"?'],
    [['polcy', 'check'], 'unknown command "polcy"; did you mean "policy check"?'],
    [['frobnicate'], 'unknown command "frobnicate" (`buildpass --help` lists the commands)'],
    [['keys'], '"keys" needs one more word: keys create, keys list'],
    [['log', '--json'], '"log" needs one more word: log verify, log show'],
    [['--config', 'x', 'serve'], '"--config" stands before the command: name the command first'],
  ])('refuses %j and says what was meant', async (words, expected) => {
    expect(await buildpass(...words)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(expected) as string,
    });
  });
});

describe('reading options', () => {
  const read = (...words: string[]) => readArguments(example, words, recordedIo());

  it('gives values, flags, words, and the common options', () => {
    const context = read('3', '--since', '7', '--raw', '--json', '--config=other.yaml');
    expect([context.option('since'), context.flag('raw'), context.positionals]).toEqual(['7', true, ['3']]);
    expect([context.json, context.configFile]).toEqual([true, 'other.yaml']);
  });

  it('has the documented defaults', () => {
    const context = read();
    expect([context.option('since'), context.flag('raw'), context.json, context.configFile]).toEqual([
      undefined,
      false,
      false,
      'buildpass.yaml',
    ]);
  });

  it.each([
    [['--snce', '7'], 'unknown option "--snce"; did you mean "--since"?'],
    [['--confg', 'x'], 'unknown option "--confg"; did you mean "--config"?'],
    [['-x'], 'unknown option "-x"'],
    [['--since'], "Option '--since <value>' argument missing"],
    [['--json=yes'], "Option '--json' does not take an argument"],
    [['--since', '1', '--since', '2'], '"--since" is given twice: which is meant?'],
    [['1', '2'], 'unexpected "2": write `buildpass log show [INDEX]`'],
  ])('refuses %j', (words, expected) => {
    expect(() => read(...words)).toThrow(expected);
  });

  it('names a required option that is missing', () => {
    expect(() => required(read(), 'since')).toThrow('--since is missing');
  });
});

describe('help', () => {
  it('shows how to write a command, an example, every option and the exit codes', () => {
    const text = helpOf(example);
    for (const part of [
      'Usage: buildpass log show [INDEX]',
      '  buildpass log show 3',
      '--since INDEX',
      '--raw',
      '--config FILE',
      '--json',
      '78 bad configuration',
    ])
      expect(text).toContain(part);
  });

  it.each(NAMES)('%s has help of its own that shows it at work', async (name) => {
    const command = await COMMANDS[name]?.();
    const { code, out } = await buildpass(...name.split(' '), '--help');
    expect([code, command?.name]).toEqual([0, name]);
    expect(command?.usage).toMatch(new RegExp(`^${name}\\b`));
    expect(out).toContain(`buildpass ${name}`);
    expect(command?.examples.length).toBeGreaterThan(0);
  });

  it('lists every command, and counts no command at all as used wrongly', async () => {
    const help = await buildpass('--help');
    for (const name of NAMES) expect(help.out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
    expect(help.code).toBe(0);
    expect(await buildpass()).toEqual({ code: 2, out: '', err: help.out });
  });

  it('says its version', async () => {
    expect(await buildpass('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^buildpass \d+\.\d+\.\d+\n$/) as string,
    });
  });
});

describe('the command table', () => {
  it('has no option that takes a secret as an argument', async () => {
    const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
    const names = commands
      .flatMap(({ options }) => Object.entries(options))
      .filter(([, { type }]) => type === 'string')
      .map(([name]) => name);
    expect(
      names.filter((name) => /secret|token|password|key/.test(name) && !/(-file|^key|^log-key)$/.test(name)),
    ).toEqual([]);
  });

  it('exits 78 for a bad configuration', async () => {
    const { code, err } = await buildpass('keys', 'list', '--config', '/nonexistent/buildpass.yaml');
    expect([code, err]).toEqual([78, expect.stringContaining('/nonexistent/buildpass.yaml: there is no such file')]);
  });
});
