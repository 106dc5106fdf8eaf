// The command line as a process of its own, as operators run it: what it wrote, signals, and how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { ROOT } from './source-tree.ts';

export interface BuildpassProcess {
  /** everything on standard error so far */
  readonly err: () => string;
  readonly out: () => string;
  /** Resolves with the first line of standard error that has this in it. */
  lineWith(text: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, once everything it wrote has arrived. */
  readonly ended: Promise<number | null>;
}

/** Gone after the test, whatever becomes of it. */
export const startBuildpass = (...words: readonly string[]): BuildpassProcess =>
  watched(process.execPath, ['broker/main.ts', ...words]);

/** The same with these variables beside those of the test. */
export const startBuildpassWith = (environment: NodeJS.ProcessEnv, ...words: readonly string[]): BuildpassProcess =>
  watched(process.execPath, ['broker/main.ts', ...words], environment);

/** The same with a script that runs in the process before it. */
export const startBuildpassAfter = (script: string, ...words: readonly string[]): BuildpassProcess =>
  watched(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(script)}`,
    'broker/main.ts',
    ...words,
  ]);

/**
 * The same where the operating system lets no file grow beyond so many blocks of 512 bytes: what SQLite writes then fails with a
 * true I/O error (Node ignores SIGXFSZ, so the process is not killed for it).
 */
export function startBuildpassOnSmallDisk(blocks: number, ...words: readonly string[]): BuildpassProcess {
  const limited = ['-c', 'ulimit -f "$0" && exec "$@"', String(blocks), process.execPath, 'broker/main.ts', ...words];
  return watched('sh', limited);
}

function watched(command: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): BuildpassProcess {
  const env = { ...process.env, ...environment };
  const child = spawn(command, words, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  return {
    out: () => out.text,
    err: () => err.text,
    lineWith: (text) => lineWith(child, err, text),
    kill: (signal) => void child.kill(signal),
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

interface Collected {
  text: string;
}

function collect(stream: NodeJS.ReadableStream): Collected {
  const collected = { text: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    collected.text += chunk;
  });
  return collected;
}

async function lineWith(child: ChildProcess, err: Collected, text: string): Promise<string> {
  for (;;) {
    const line = err.text
      .split('\n')
      .slice(0, -1)
      .find((one) => one.includes(text));
    if (line !== undefined) return line;
    if (child.exitCode !== null) throw new Error(`it ended without saying "${text}":\n${err.text}`);
    const next = new AbortController();
    const more = [
      once(child.stderr ?? child, 'data', { signal: next.signal }),
      once(child, 'close', { signal: next.signal }),
    ];
    await Promise.race(more);
    for (const one of more) one.catch(() => undefined);
    next.abort();
  }
}
