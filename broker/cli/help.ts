// `--help` that teaches: what a command does, how it is written, an example to copy, and what its exit code means.
import { type Command, DEFAULT_CONFIG_FILE, type OptionSpec } from './command.ts';

const PROGRAM = 'buildpass';
const LINE_CHARACTERS = 100;

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  config: { type: 'string', value: 'FILE', about: `the configuration (default: ${DEFAULT_CONFIG_FILE})` },
  json: { type: 'boolean', about: 'answer in JSON, for programs' },
  help: { type: 'boolean', about: 'say what the command does' },
};

const EXIT_CODES = 'Exit codes: 0 well, 1 the answer is no, 2 used wrongly, 74 the store broke, 78 bad configuration.';

export function overview(commands: readonly Command[]): string {
  return [
    `Usage: ${PROGRAM} COMMAND [OPTIONS]`,
    '',
    'Gives CI jobs short-lived credentials, decided by policy, written to a log that cannot be changed unnoticed.',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    `\`${PROGRAM} COMMAND --help\` says what a command does, with an example.`,
    EXIT_CODES,
  ].join('\n');
}

export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  return [
    `Usage: ${PROGRAM} ${command.usage}`,
    '',
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    '',
    ...wrapped(command.about),
    '',
    command.examples.length === 1 ? 'Example:' : 'Examples:',
    ...command.examples.map((line) => `  ${line}`),
    '',
    'Options:',
    ...columns(
      options.map(([name, { value, about }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, about]),
    ),
    '',
    EXIT_CODES,
  ].join('\n');
}

/** Lines of at most 100 characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE_CHARACTERS) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
