// A job for unit tests of the action: it keeps in order what was printed, masked, written and sent, and no wait takes
// time. Answers are given one a request.

import type { Job } from '../../action/job.ts';
import { createJobLog } from '../../action/job-log.ts';
import type { HttpAnswer, HttpRequest } from '../../action/send.ts';
import { unverifiableJwt } from './broker-double.ts';

export interface JobOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly state?: Readonly<Record<string, string>>;
  /** an Error is thrown, as where no answer comes */
  readonly answers?: readonly (HttpAnswer | Error)[];
  readonly getIDToken?: (audience?: string) => Promise<string>;
  readonly cancelled?: AbortSignal;
}

export interface JobDouble extends Job {
  /** what happened, in order: `mask …`, `output …`, `state …`, `variable …`, `wait …`, `send …`, and what was printed */
  readonly events: string[];
  readonly sent: HttpRequest[];
}

export const CLAIMS = {
  repository_id: '2001',
  run_id: '15987654321',
  run_attempt: '1',
  repository_visibility: 'private',
};

export const INPUTS = { 'broker-url': 'https://broker.example.com', entitlement: 'shop/publish-preview' };

const ENVIRONMENT = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example.com/idtoken?api-version=2.0',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
  GITHUB_OUTPUT: '/runner/output',
  GITHUB_STATE: '/runner/state',
  RUNNER_TEMP: '/runner/temp',
};

export function jobDouble(options: JobOptions = {}): JobDouble {
  const events: string[] = [];
  const sent: HttpRequest[] = [];
  const answers = [...(options.answers ?? [])];
  const inputs: Readonly<Record<string, string>> = { ...INPUTS, ...options.inputs };
  let now = Date.parse('2026-11-22T12:00:00Z');
  let tokens = 0;
  const note = (event: string): void => {
    events.push(event);
  };
  const nextToken = (): string => {
    tokens += 1;
    return unverifiableJwt({ ...CLAIMS, jti: `token-${tokens}` });
  };
  const annotation = (kind: string) => (message: string | Error, properties?: { title?: string }) =>
    note(`${kind} ${properties?.title}: ${message}`);
  const printer = {
    setSecret: (value: string) => note(`mask ${value}`),
    info: note,
    warning: annotation('warning'),
    error: annotation('error'),
    startGroup: (title: string) => note(`group ${title}`),
    endGroup: () => note('end of group'),
  };
  return {
    events,
    sent,
    environment: { ...ENVIRONMENT, ...options.environment },
    toolkit: {
      getInput: (name) => inputs[name] ?? '',
      getState: (name) => options.state?.[name] ?? '',
      setOutput: (name, value) => note(`output ${name} = ${value}`),
      exportVariable: (name, value) => note(`variable ${name} = ${value}`),
      saveState: (name, value) => note(`state ${name} = ${value}`),
      getIDToken: options.getIDToken ?? (async () => nextToken()),
      get summary(): never {
        throw new Error('no summary without GITHUB_STEP_SUMMARY');
      },
    },
    log: createJobLog(printer),
    send: async (request) => {
      note(`send ${request.method} ${request.url}`);
      sent.push(request);
      const answer = answers.shift();
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer is left');
      return answer;
    },
    files: {
      writeNew: (path, text) => note(`file ${path} = ${text}`),
      remove: (path) => note(`removed ${path}`) === undefined,
    },
    clock: {
      now: () => now,
      sleep: async (milliseconds) => {
        note(`wait ${milliseconds} ms`);
        now += milliseconds;
      },
    },
    randomBytes: (count) => Buffer.alloc(count, 0x55),
    cancelled: options.cancelled ?? new AbortController().signal,
  };
}

export const answering = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
