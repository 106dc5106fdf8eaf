// Runs the command line as a function and keeps what it wrote.
import type { ExitCode, Io } from '../../broker/cli/command.ts';
import { main } from '../../broker/main.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface RecordedIo extends Io {
  readonly written: { out: string; err: string };
}

export function recordedIo(environment: Io['environment'] = {}): RecordedIo {
  const written = { out: '', err: '' };
  return {
    written,
    out: (text) => {
      written.out += `${text}\n`;
    },
    err: (text) => {
      written.err += `${text}\n`;
    },
    environment,
    stopSignal: () => new AbortController().signal,
    onCrash: () => undefined,
  };
}

export const buildpass = (...words: readonly string[]): Promise<Ran> => buildpassWith({}, ...words);

/** The same with these variables of the environment, and no other. */
export async function buildpassWith(environment: Io['environment'], ...words: readonly string[]): Promise<Ran> {
  const io = recordedIo(environment);
  const code = await main(words, io);
  return { code, ...io.written };
}
