// Where policy files are parsed. A file takes up to a tenth of a second, which no request should wait for, so more than a few small
// ones are parsed on threads of their own, which are there only as long as there is something to parse.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PARSE_THREAD } from './parse-thread.ts';
import { type Packed, type PolicyFile, parseFile } from './policy/policy-file.ts';
import type { LoaderDeps } from './policy/policy-loader.ts';
import type { Breathe } from './policy/steps.ts';

export interface PolicyParser extends Pick<LoaderDeps, 'parseAll'> {
  /** Gives up what is not parsed yet. */
  stop(): void;
}

/** Characters. These take some 10 ms here, in parts; a thread would take ten times as long to start. */
const PARSED_HERE = 4 * 1024;
/** Each takes some 100 MB while it is there. */
const MOST_THREADS = 4;
const ENTRY = new URL('./parse-thread.ts', import.meta.url);
const THREAD_LIMITS = { maxOldGenerationSizeMb: 512 };

export function createPolicyParser(breathe: Breathe, threadsAtMost = sparingOne): PolicyParser {
  const waiting: Job[] = [];
  const threads = new Set<Worker>();
  return {
    parseAll(files) {
      const characters = files.reduce((sum, { text }) => sum + text.length, 0);
      if (characters <= PARSED_HERE) return inTurn(files, breathe);
      const parsed = files.map(
        (file) => new Promise<Packed>((resolve, reject) => waiting.push({ file, resolve, reject })),
      );
      const most = Math.min(MOST_THREADS, threadsAtMost(), waiting.length);
      while (threads.size < most) startThread();
      return parsed;
    },
    stop() {
      for (const { reject } of waiting.splice(0)) reject(new Error('the broker is stopping'));
      for (const thread of threads) void thread.terminate();
    },
  };

  function startThread(): void {
    const thread = new Worker(ENTRY, { workerData: PARSE_THREAD, resourceLimits: THREAD_LIMITS });
    threads.add(thread);
    let job: Job | undefined;
    const next = (): void => {
      job = waiting.shift();
      if (job === undefined) void thread.terminate();
      else thread.postMessage(job.file);
    };
    const failed = (error: Error): void => {
      job?.reject(error);
      job = undefined;
    };
    thread.on('message', (packed: Packed) => {
      job?.resolve(packed);
      next();
    });
    thread.on('error', failed);
    thread.on('exit', () => {
      threads.delete(thread);
      failed(new Error(`the thread that parses policy files ended`));
      // What it leaves is another's: one bad file must not be the end of those behind it.
      if (waiting.length > 0 && threads.size === 0) startThread();
    });
    next();
  }
}

/** One core is left to those who ask. */
export const sparingOne = (): number => Math.max(1, availableParallelism() - 1);

interface Job {
  readonly file: PolicyFile;
  readonly resolve: (packed: Packed) => void;
  readonly reject: (error: Error) => void;
}

function inTurn(files: readonly PolicyFile[], breathe: Breathe): readonly Promise<Packed>[] {
  let turn: Promise<unknown> = Promise.resolve();
  return files.map((file) => {
    const mine = turn.then(breathe).then(() => parseFile(file));
    turn = mine;
    return mine;
  });
}
