// One HTTP request to the broker, through the proxy that the job's environment names (the same rule by which
// @actions/core asks for ID tokens), within a time and a size. Redirects are not followed: an answer that sends the
// job's identity elsewhere is an answer like any other.
import * as http from 'node:http';
import * as https from 'node:https';
import { HttpClient } from '@actions/http-client';
import { connectionProblem } from '../shared/connection-problem.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/** No whole answer came: refused, reset, timed out. It may or may not have been acted upon. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

const USER_AGENT = 'buildpass-action';
const MAX_ANSWER_BYTES = 256 * 1024;

export const send: Send = ({ method, url, headers, body = '', timeoutMs }) => {
  const signal = AbortSignal.timeout(timeoutMs);
  const agent = new HttpClient(USER_AGENT).getAgent(url);
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      if (error instanceof AnswerTooLarge) reject(error);
      else
        reject(
          new NoAnswer(signal.aborted ? `no answer within ${timeoutMs / 1000} s` : connectionProblem(error), {
            cause: error,
          }),
        );
    };
    const outgoing = request(url, {
      method,
      agent,
      signal,
      headers: { ...headers, 'user-agent': USER_AGENT, 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      readCapped(incoming).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
        fail,
      );
    });
    outgoing.end(body);
  });
};

async function readCapped(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the connection: whoever sends without end is not listened to.
    if (size > MAX_ANSWER_BYTES) throw new AnswerTooLarge(`the answer is larger than ${MAX_ANSWER_BYTES / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
