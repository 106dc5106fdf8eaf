// What the action needs from the job it runs in, as one object: everything that touches the outside is a member, so that
// the whole path can be run against doubles. start.ts builds the real one.
import type * as Core from '@actions/core';
import type { JobLog } from './job-log.ts';
import type { Send } from './send.ts';

/** The part of @actions/core that is used apart from printing, which goes through `log` alone. */
type Toolkit = Pick<
  typeof Core,
  'getInput' | 'getIDToken' | 'setOutput' | 'exportVariable' | 'saveState' | 'getState' | 'summary'
>;

interface JobClock {
  /** milliseconds since the epoch */
  now(): number;
  /** @throws where `until` is aborted first */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
}

interface Files {
  /** A file that only its owner can read from its first moment on. @throws where there is one of this name */
  writeNew(path: string, text: string): void;
  /** Whether there was one. @throws where it can't be removed */
  remove(path: string): boolean;
}

export interface Job {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly toolkit: Toolkit;
  readonly log: JobLog;
  readonly send: Send;
  readonly files: Files;
  readonly clock: JobClock;
  readonly randomBytes: (count: number) => Buffer;
  /** The runner wants this process to end: it leaves it a few seconds. */
  readonly cancelled: AbortSignal;
}
