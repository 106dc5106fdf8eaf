#!/usr/bin/env node
// The command line `buildpass`: finds the command, reads its options, runs it, and turns what it throws into one sentence
// and an exit code. Nothing happens when this file is imported.
import { readFile } from 'node:fs/promises';
import { findCommand, readArguments } from './cli/arguments.ts';
import { type ExitCode, type Io, UsageError } from './cli/command.ts';
import { COMMANDS } from './cli/commands.ts';
import { helpOf, overview } from './cli/help.ts';
import { BrokerError, StartRefused, StoreBroken } from './errors.ts';
import { describeError } from './telemetry/describe-error.ts';

export async function main(words: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return (await answered(words, io)) ?? (await runCommand(words, io));
  } catch (error) {
    return failed(error, io);
  }
}

/** What needs no command: the list of them, and the version. */
async function answered(words: readonly string[], io: Io): Promise<ExitCode | undefined> {
  const [first] = words;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const text = overview(await Promise.all(Object.values(COMMANDS).map((load) => load())));
    (first === undefined ? io.err : io.out)(text);
    return first === undefined ? 2 : 0;
  }
  if (first !== '--version') return undefined;
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  io.out(`buildpass ${version}`);
  return 0;
}

async function runCommand(words: readonly string[], io: Io): Promise<ExitCode> {
  const { name, rest } = findCommand(words, Object.keys(COMMANDS));
  const command = await COMMANDS[name]?.();
  if (command === undefined) throw new UsageError(`there is no command "${name}"`);
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(helpOf(command));
    return 0;
  }
  return command.run(readArguments(command, rest, io));
}

function failed(error: unknown, io: Io): ExitCode {
  if (error instanceof StartRefused) {
    io.err(error.message);
    return 78;
  }
  const { message, cause } = describeError(error);
  // What a job is told of the store is not what an operator needs.
  io.err(`buildpass: ${message}${error instanceof BrokerError && cause !== undefined ? ` (${cause.message})` : ''}`);
  if (error instanceof StoreBroken) return 74;
  return error instanceof UsageError ? 2 : 1;
}

function processIo(): Io {
  // `buildpass log show | head` closes our output early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    environment: process.env,
    stopSignal,
    onCrash: endOnCrash(),
  };
}

/**
 * Node would print what was thrown with all that hangs on it: requests with their headers, and the secrets in them. Whoever
 * has a log with redaction reports it there instead. The state is unknown afterwards, so the process ends either way.
 */
function endOnCrash(): Io['onCrash'] {
  let report = (error: unknown): void => void process.stderr.write(`buildpass: ${describeError(error).message}\n`);
  process.on('uncaughtException', (error) => {
    try {
      report(error);
    } finally {
      process.exit(1);
    }
  });
  return (next) => {
    report = next;
  };
}

/** The first signal lets the command end well; a second one ends the process at once, as it does by default. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  return stop.signal;
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), processIo());
  // Not by letting everything close first: that would write to a store of which nobody knows what is on the disk.
  if (process.exitCode === 74) process.exit();
}
