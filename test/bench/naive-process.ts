// The naive server in a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class NaiveProcess {
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  static async start(issuerUrl: string): Promise<NaiveProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'naive-'));
    const words = [join(directory, 'naive.db'), issuerUrl];
    const child = fork(new URL('./naive-server.ts', import.meta.url), words, { stdio: 'inherit' });
    const [message] = (await once(child, 'message')) as [{ port: number }];
    return new NaiveProcess(child, directory, message.port);
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
    rmSync(this.#directory, { recursive: true });
  }
}
