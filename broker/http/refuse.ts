// Answers a request with what was thrown: once in our own log, with its cause, and once to the caller, without it.
import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import { type Entropy, newId } from '../clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Answering } from './answer.ts';
import { type Problem, type ProblemForm, problemOf } from './problem.ts';

export interface RefuseDeps {
  readonly answering: Answering;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

export type Refuse = (response: ServerResponse, form: ProblemForm, thrown: unknown) => void;

export function createRefuse({ answering, entropy, logger }: RefuseDeps): Refuse {
  return (response, form, thrown) => {
    const requestId = newId('err', entropy);
    // Too late for another answer. Not Express's last handler: it prints what was thrown past our redaction.
    if (response.headersSent) {
      logger.error('an answer broke off', { http_request_id: requestId, error: thrown });
      response.destroy();
      return;
    }
    const problem = problemOf(thrown, form, requestId);
    sayRefused(logger, problem, requestId);
    answering.write(response, problem.answer);
  };
}

function sayRefused(logger: Logger, { error, level, answer }: Problem, requestId: string): void {
  const { code } = error;
  logger[level]('request not served', { http_request_id: requestId, code, status: answer.status, error });
}

/** The same for what an Express route throws. */
export function refusing(form: ProblemForm, refuse: Refuse): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  return (thrown: unknown, _request, response, _next) => refuse(response, form, thrown);
}
