// Answers a request with what was thrown: once in our own log, with its cause, and once to the caller, without it.
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorRequestHandler } from 'express';
import { type Elapsed, type Entropy, type Millis, newId } from '../clock.ts';
import { type Rate, RateLimit } from '../limits/rate-limit.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Answer, type Answering, bytesOf } from './answer.ts';
import { type Problem, type ProblemForm, problemOf } from './problem.ts';

export interface RefuseDeps {
  readonly answering: Answering;
  readonly elapsed: Elapsed;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Refuse {
  response(response: ServerResponse, form: ProblemForm, thrown: unknown): void;
  /** Where there is no response to write to, because there was no request that could be read. Ends the connection. */
  socket(socket: Duplex, thrown: unknown): void;
}

/** An answer is lost where a connection is torn down while the other side still sends: it gets this long to read it. */
const LINGER_MS: Millis = 1_000;

export function createRefuse(deps: RefuseDeps): Refuse {
  const { answering, entropy, logger, metrics } = deps;
  const say = createSay(deps);
  const problem = (thrown: unknown, form: ProblemForm): Answer => {
    const id = newId('err', entropy);
    const found = problemOf(thrown, form, id);
    metrics.count('buildpass_problems_total', found.error.code);
    say(found, id);
    return found.answer;
  };
  return {
    response(response, form, thrown) {
      if (!response.headersSent) {
        answering.write(response, problem(thrown, form));
        return;
      }
      // Too late for another answer. Not Express's last handler: it prints what was thrown past our redaction.
      logger.warn('an answer broke off', { http_request_id: newId('err', entropy), error: thrown });
      response.destroy();
    },
    socket(socket, thrown) {
      const answer = problem(thrown, 'problem');
      const linger = setTimeout(() => socket.destroy(), LINGER_MS);
      socket.once('close', () => clearTimeout(linger));
      socket.end(bytesOf(answer, answering.headers));
    },
  };
}

/** Lines of one code: so many at once, then one a second. Whoever asks wrongly fast must not fill a disk with our words. */
const LINES_OF_CODE: Rate = { count: 60, per: 60_000 };

function createSay({ logger, elapsed }: RefuseDeps): (problem: Problem, requestId: string) => void {
  const lines = new RateLimit({ ...LINES_OF_CODE, elapsed });
  const leftOut = new Map<string, number>();
  return ({ error, level, answer }, requestId) => {
    const { code } = error;
    const out = leftOut.get(code) ?? 0;
    if (lines.take(code) > 0) {
      leftOut.set(code, out + 1);
      return;
    }
    leftOut.delete(code);
    const more = out === 0 ? {} : { lines_left_out: out };
    const fields = { http_request_id: requestId, code, status: answer.status, error, ...more };
    if (level !== 'error') logger[level]('request not served', fields);
    else if (code === 'STORE_UNAVAILABLE') logger.error('the store did not answer', fields);
    else logger.error('a request failed inside the broker', fields);
  };
}

/** The same for what an Express route throws. */
export function refusing(form: ProblemForm, refuse: Refuse): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  return (thrown: unknown, _request, response, _next) => refuse.response(response, form, thrown);
}
