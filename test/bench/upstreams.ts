// Starts `upstreams-process.ts` with a directory of its own, and asks it one thing at a time. Every wait is bounded.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTime } from './in-time.ts';
import type { Addresses } from './upstreams-world.ts';

const SECONDS = 30;

export interface OwnTime {
  readonly calls: number;
  readonly millis: number;
}

export class Upstreams {
  readonly directory: string;
  readonly addresses: Addresses;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, directory: string, addresses: Addresses) {
    this.#child = child;
    this.directory = directory;
    this.addresses = addresses;
  }

  static async start(): Promise<Upstreams> {
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-bench-'));
    // However the measurement ends.
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    const child = fork(new URL('upstreams-process.ts', import.meta.url), [directory], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    await nextMessage(child, 'the start of the other sides');
    return new Upstreams(child, directory, await ask<Addresses>(child, 'addresses'));
  }

  /** They know the broker by its keys, as it publishes them. */
  publish(origin: string): Promise<boolean> {
    return ask(this.#child, 'publish', origin);
  }

  /** What they took by themselves since this was asked last. */
  own(): Promise<OwnTime> {
    return ask(this.#child, 'own');
  }

  /** Stops them; fails where the real ones would not have taken something. */
  async stop(): Promise<void> {
    const complaints = await ask<readonly string[]>(this.#child, 'complaints');
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await inTime('the end of the other sides', SECONDS, exited);
    if (complaints.length > 0) throw new Error(`the other sides would not have taken this: ${complaints[0]}`);
  }
}

function ask<T>(child: ChildProcess, question: string, argument = ''): Promise<T> {
  child.send([question, argument]);
  return nextMessage(child, `what the other sides say to "${question}"`) as Promise<T>;
}

async function nextMessage(child: ChildProcess, what: string): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error(`the other sides ended before ${what}`);
  });
  try {
    const [message] = await inTime(what, SECONDS, Promise.race([once(child, 'message', { signal }), ended]));
    return message;
  } finally {
    listening.abort();
  }
}
