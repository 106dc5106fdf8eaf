// The broker under drill: a process that is started, killed without warning at some moment, and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Random } from './random.ts';

const ENTRY = fileURLToPath(new URL('broker-entry.ts', import.meta.url));
/** So many answers at most, and a moment more; or so long, where there are none. */
const MOST_ANSWERS = 40;
const MOMENT_MS = 60;
const LONGEST_LOAD_MS = 5_000;
const KILLED_WHILE_STARTING_PERCENT = 15;
const LONGEST_START_MS = 800;

export class DrilledBroker {
  /** from a kill to the next broker that serves, in milliseconds */
  readonly recoveries: number[] = [];
  /** what a broker said that ended by itself */
  readonly ended: string[] = [];
  #child: ChildProcess | undefined;
  #said = '';
  #killedAt: number | undefined;
  readonly #words: readonly string[];

  constructor(configFile: string, otherSystem: string) {
    this.#words = [ENTRY, configFile, otherSystem];
  }

  /** Starts it; resolves when it serves, or has ended. */
  async start(): Promise<void> {
    const child = this.#spawn();
    const serving = new Promise<void>((resolve) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-20_000);
        if (this.#said.includes('"message":"serving"')) resolve();
      });
    });
    await Promise.race([serving, once(child, 'close')]);
    if (child.exitCode === null && this.#killedAt !== undefined) {
      this.recoveries.push(performance.now() - this.#killedAt);
      this.#killedAt = undefined;
    }
  }

  /** Kills it at a moment that nobody chose: mostly under load, at times while it starts. `answers` counts those of the load. */
  async killAtRandom(random: Random, answers: () => number): Promise<void> {
    const started = this.start();
    if (random.percent(KILLED_WHILE_STARTING_PERCENT)) await delay(random.below(LONGEST_START_MS));
    else {
      await started;
      await reached(answers, answers() + random.below(MOST_ANSWERS));
      await delay(random.below(MOMENT_MS));
    }
    await this.#end('SIGKILL');
    await started;
  }

  /** As an operator stops it; its exit code. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#child?.exitCode ?? null;
  }

  #spawn(): ChildProcess {
    this.#said = '';
    this.#child = spawn(process.execPath, this.#words, { stdio: ['ignore', 'ignore', 'pipe'] });
    return this.#child;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    // One that ended by itself was refused its start, or failed: a drill must not take that for its own doing.
    if (child.exitCode !== null) this.ended.push(`exit ${child.exitCode}: ${this.#said}`);
    else {
      this.#killedAt ??= signal === 'SIGKILL' ? performance.now() : undefined;
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    }
  }
}

async function reached(count: () => number, goal: number): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_LOAD_MS;
  while (count() < goal && performance.now() < giveUpAt) await delay(2);
}
