// A server in a process of its own, pinned to the first core where the system can do that; the caller stays on the others.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface LoopReport {
  /** milliseconds */
  readonly p99: number;
  readonly max: number;
  /** bytes */
  readonly rss: number;
}

const TICKS_PER_SECOND = 100;

export class MeasuredProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(
    file: string,
    words: readonly string[],
    execArgv: readonly string[] = [],
  ): Promise<MeasuredProcess> {
    const child = fork(new URL(file, import.meta.url), words, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...execArgv],
    });
    pin(child.pid ?? 0, '0');
    const [message] = (await once(child, 'message')) as [{ port: number }];
    return new MeasuredProcess(child, message.port);
  }

  /** Seconds of CPU that it used so far, system time included (Linux only). */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  reset(): void {
    this.#child.send('reset');
  }

  async report(): Promise<LoopReport> {
    this.#child.send('report');
    const [report] = (await once(this.#child, 'message')) as [LoopReport];
    return report;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send('stop');
    await exited;
  }
}

/** True where it could be pinned. */
export function pin(pid: number, cores: string): boolean {
  return spawnSync('taskset', ['-a', '-cp', cores, String(pid)], { stdio: 'ignore' }).status === 0;
}
