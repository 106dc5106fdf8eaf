// One call of a broker's HTTP API from a shell: read up to a cap, within a time, and never led elsewhere. What nobody answered is
// an answer too: status 0, in the form of a problem.

import { connectionProblem } from '../../shared/connection-problem.ts';
import type { Seconds } from '../clock.ts';
import { readCapped } from '../upstream/read-capped.ts';

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Heard {
  /** 0 where nobody answered */
  readonly status: number;
  /** undefined for what is no JSON */
  readonly body: unknown;
  readonly retryAfter: Seconds;
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const PAUSE: Seconds = 2;

export async function callBroker(address: string, sent: Sent, fetcher: typeof fetch): Promise<Heard> {
  try {
    // A redirect would carry what is sent to whoever is named in it.
    const response = await fetcher(address, { ...sent, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = parsed((await readCapped(response.body, MAX_ANSWER_BYTES)).toString('utf8'));
    return { status: response.status, body, retryAfter: Number(response.headers.get('retry-after')) || PAUSE };
  } catch (error) {
    return { status: 0, body: { code: 'UNREACHABLE', detail: connectionProblem(error) }, retryAfter: 0 };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
