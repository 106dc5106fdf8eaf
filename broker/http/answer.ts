// An answer as a value, and the one writer of them: for a response of Node's, of Express's (which is one too), or a bare
// socket whose request Node's parser refused. What holds for every answer is put on it here.
import { type ServerResponse, STATUS_CODES } from 'node:http';

export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Answering {
  /** Headers of every answer. */
  readonly headers: Headers;
  /** Writes it whole; an answer under way is left as it is. */
  write(response: ServerResponse, answer: Answer): void;
}

export const jsonAnswer = (status: number, body: object, headers: Headers = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

export function createAnswering(headers: Headers): Answering {
  return {
    headers,
    write(response, answer) {
      if (response.headersSent || response.destroyed) return;
      const length = Buffer.byteLength(answer.body);
      response.writeHead(answer.status, { ...headers, ...answer.headers, 'Content-Length': length });
      response.end(answer.body);
    },
  };
}

/** The bytes of an answer after which the connection ends. */
export function bytesOf({ status, headers, body }: Answer, common: Headers): string {
  const lines = Object.entries({
    ...common,
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}
