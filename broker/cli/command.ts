// What a command of `buildpass` is: its words for `--help`, its options, and what it does. Commands write through `io` and
// return an exit code; they never exit by themselves, so that a test can run each as a function.

/** 0 well · 1 the answer is no · 2 used wrongly · 74 the store broke · 78 bad configuration. */
export type ExitCode = 0 | 1 | 2 | 74 | 78;

/** The world as a command sees it. */
export interface Io {
  /** Writes a text and a line end to standard output. */
  readonly out: (text: string) => void;
  /** The same to standard error. */
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For commands that keep running: from the call on, being asked to stop aborts the signal and lets them end well. */
  readonly stopSignal: () => AbortSignal;
  /** For commands with a log: an error that nobody caught is reported there before it ends the process. */
  readonly onCrash: (report: (error: unknown) => void) => void;
}

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** word for the value in `--help`, as in `--claims FILE` */
  readonly value?: string;
  readonly about: string;
}

export interface CommandContext {
  readonly io: Io;
  /** words after the command that are not options */
  readonly positionals: readonly string[];
  /** value of an option; undefined where it was not given */
  readonly option: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  /** `--json`: the answer is for a program */
  readonly json: boolean;
  /** `--config`, or the default file */
  readonly configFile: string;
}

export interface Command {
  /** the words after `buildpass`, as in `policy check` */
  readonly name: string;
  /** one line for the list of commands, without a full stop */
  readonly summary: string;
  /** everything after `buildpass`, as in `policy check [DIRECTORY]` */
  readonly usage: string;
  /** what it does and what it does not, a few sentences */
  readonly about: string;
  /** whole command lines that somebody may copy */
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** most words that may follow the options; 0 where left out */
  readonly maxPositionals?: number;
  run(context: CommandContext): Promise<ExitCode>;
}

export const DEFAULT_CONFIG_FILE = 'buildpass.yaml';

/** The command line itself is wrong: said in one sentence with the way out, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The value of an option that the command cannot do without. */
export function required(context: CommandContext, name: string): string {
  const value = context.option(name);
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}
