// Answers a request with what was thrown: once in our own log, with its cause, and once to the caller, without it.
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorRequestHandler } from 'express';
import { type Entropy, type Millis, newId } from '../clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Answering, bytesOf } from './answer.ts';
import { type Problem, type ProblemForm, problemOf } from './problem.ts';

export interface RefuseDeps {
  readonly answering: Answering;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

export interface Refuse {
  response(response: ServerResponse, form: ProblemForm, thrown: unknown): void;
  /** Where there is no response to write to, because there was no request that could be read. Ends the connection. */
  socket(socket: Duplex, thrown: unknown): void;
}

/** An answer is lost where a connection is torn down while the other side still sends: it gets this long to read it. */
const LINGER_MS: Millis = 1_000;

export function createRefuse({ answering, entropy, logger }: RefuseDeps): Refuse {
  const problem = (thrown: unknown, form: ProblemForm, id: string): Problem => {
    const found = problemOf(thrown, form, id);
    const { error, answer, level } = found;
    const { code } = error;
    logger[level]('request not served', { http_request_id: id, code, status: answer.status, error });
    return found;
  };
  return {
    response(response, form, thrown) {
      const id = newId('err', entropy);
      if (!response.headersSent) {
        answering.write(response, problem(thrown, form, id).answer);
        return;
      }
      // Too late for another answer. Not Express's last handler: it prints what was thrown past our redaction.
      logger.error('an answer broke off', { http_request_id: id, error: thrown });
      response.destroy();
    },
    socket(socket, thrown) {
      const { answer } = problem(thrown, 'problem', newId('err', entropy));
      const linger = setTimeout(() => socket.destroy(), LINGER_MS);
      socket.once('close', () => clearTimeout(linger));
      socket.end(bytesOf(answer, answering.headers));
    },
  };
}

/** The same for what an Express route throws. */
export function refusing(form: ProblemForm, refuse: Refuse): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  return (thrown: unknown, _request, response, _next) => refuse.response(response, form, thrown);
}
