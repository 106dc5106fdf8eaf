// From words on a command line to a command and its options. Whatever is not certainly meant is refused with what was
// probably meant: a mistyped `--config` that is ignored would start another broker than the one that was asked for.
import { parseArgs } from 'node:util';
import { didYouMean } from '../shapes/schema-problems.ts';
import {
  type Command,
  type CommandContext,
  DEFAULT_CONFIG_FILE,
  type Io,
  type OptionSpec,
  UsageError,
} from './command.ts';
import { COMMON_OPTIONS } from './help.ts';

/** The longest name in `names` that the words start with, and the words that follow it. */
export function findCommand(
  words: readonly string[],
  names: readonly string[],
): { name: string; rest: readonly string[] } {
  const found = [2, 1].map((length) => words.slice(0, length).join(' ')).find((name) => names.includes(name));
  if (found !== undefined) return { name: found, rest: words.slice(found.split(' ').length) };
  throw new UsageError(`${unknown(words, names)} (\`buildpass --help\` lists the commands)`);
}

function unknown(words: readonly string[], names: readonly string[]): string {
  const [first = ''] = words;
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0 && !(words[1] ?? '-').startsWith('-'))
    return `unknown command "${first} ${words[1]}"${didYouMean(`${first} ${words[1]}`, group, '"')}`;
  if (group.length > 0) return `"${first}" needs one more word: ${group.join(', ')}`;
  if (first.startsWith('-')) return `"${first}" stands before the command: name the command first`;
  const whole = words.slice(0, 2).join(' ');
  return `unknown command "${first}"${didYouMean(whole, names, '"') || didYouMean(first, names, '"')}`;
}

/** @throws UsageError */
export function readArguments(command: Command, words: readonly string[], io: Io): CommandContext {
  const options = { ...command.options, ...COMMON_OPTIONS };
  const { values, positionals } = parse(words, options);
  const most = command.maxPositionals ?? 0;
  if (positionals.length > most)
    throw new UsageError(`unexpected "${positionals[most]}": write \`buildpass ${command.usage}\``);
  const option = (name: string): string | undefined => textOf(values[name]);
  const flag = (name: string): boolean => values[name] === true;
  return { io, positionals, option, flag, json: flag('json'), configFile: option('config') ?? DEFAULT_CONFIG_FILE };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function parse(
  words: readonly string[],
  options: Readonly<Record<string, OptionSpec>>,
): { values: Record<string, unknown>; positionals: string[] } {
  const shapes = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
  refuseUnmeant(words, options);
  try {
    return parseArgs({ args: [...words], options: shapes, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(inOurWords((error as Error).message), { cause: error });
  }
}

/** The first sentence says it; the rest is advice about parseArgs itself. */
function inOurWords(message: string): string {
  const [, option] = /^Option '(--[a-z-]+)' argument is ambiguous/.exec(message) ?? [];
  return option === undefined ? (message.split(/[.\n]/)[0] ?? 'these options cannot be read') : valueWithDash(option);
}

const valueWithDash = (option: string): string =>
  `${option} has no value, or one that begins with a dash: write such a one as ${option}=VALUE`;

function refuseUnmeant(words: readonly string[], options: Readonly<Record<string, OptionSpec>>): void {
  const known = Object.keys(options);
  const { tokens } = parseArgs({ args: [...words], strict: false, tokens: true, allowPositionals: true });
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  for (const [at, token] of given.entries()) {
    const { name, rawName } = token;
    const spelled = known.map((one) => `--${one}`);
    const before = given[at - 1];
    const follows = before !== undefined && tokens.indexOf(before) + 1 === tokens.indexOf(token);
    // Ids and keys in base64url may begin with a dash.
    if (!known.includes(name) && follows && lacksValue(before, options))
      throw new UsageError(valueWithDash(before.rawName));
    if (!known.includes(name)) throw new UsageError(`unknown option "${rawName}"${didYouMean(rawName, spelled, '"')}`);
    if (given.findIndex((other) => other.name === name) !== at)
      throw new UsageError(`"${rawName}" is given twice: which is meant?`);
  }
}

const lacksValue = (
  { name, value }: { name: string; value?: string | undefined },
  options: Readonly<Record<string, OptionSpec>>,
): boolean => Object.hasOwn(options, name) && options[name]?.type === 'string' && value === undefined;
