// Starts a step in the process that the runner made for it: builds the real Job, says how it failed, and leaves.
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as core from '@actions/core';
import { ActionFailure, messageOf } from './action-failure.ts';
import type { Job } from './job.ts';
import { createJobLog } from './job-log.ts';
import { send } from './send.ts';

export async function start(step: (job: Job) => Promise<void>): Promise<void> {
  const log = createJobLog(core);
  const clock: Job['clock'] = {
    now: () => Date.now(),
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  };
  try {
    const cancelled = cancellation();
    await step({ environment: process.env, toolkit: core, log, send, files, clock, randomBytes, cancelled });
    leave(0);
  } catch (error) {
    if (error instanceof ActionFailure) log.error(error.message, ...error.lines);
    else log.error('Buildpass failed unexpectedly', messageOf(error));
    leave(1);
  }
}

const files: Job['files'] = {
  // `wx`: an existing file could have another mode, or be a link that somebody else made.
  writeNew: (path, text) => writeFileSync(path, text, { flag: 'wx', mode: 0o600 }),
  remove(path) {
    const there = existsSync(path);
    rmSync(path, { force: true });
    return there;
  },
};

/** To die at once could lose an answer on its way, and with it the lease that it names. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

/** A connection that still hangs must not hold the job: once what was printed is out, the process ends. */
function leave(exitCode: number): void {
  process.stdout.write('', () => process.exit(exitCode));
}
