// A system that issues, as a real HTTP server on loopback: a double says what it answers when all is well, and in whatever mood a
// test puts it, it does what systems do on bad days.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type UpstreamMood =
  | 'well'
  /** never answers */
  | 'hangs'
  /** begins to answer, and never comes to the end */
  | 'stalls'
  /** the connection ends in the middle of the answer */
  | 'truncated'
  /** more than anybody wants to read */
  | 'oversized'
  /** a page of HTML with status 200 */
  | 'no-json'
  /** JSON, and none of what was asked for is in it */
  | 'empty'
  /** leads somewhere else */
  | 'redirects'
  /** status 500 */
  | 'breaks'
  /** a definite no, in its own words; the double's affair */
  | 'refuses'
  /** gives more than was asked; the double's affair */
  | 'wider'
  /** lets it live longer than was asked; the double's affair */
  | 'longer';

export interface Received {
  readonly method: string;
  /** with its query */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** how the body is written; as JSON unless given */
  readonly write?: (body: unknown) => string;
}

export interface MoodyServer {
  readonly url: string;
  mood: UpstreamMood;
  /** where the mood begins: earlier requests, such as a login, are answered well */
  moodFrom: (request: Received) => boolean;
  /** each request as `METHOD /path` */
  readonly requests: string[];
  /** resolves when a request that hangs or stalls has come */
  readonly hanging: Promise<void>;
  /** how many times somebody followed a redirect */
  readonly followed: () => number;
  close(): void;
}

export async function startMoodyServer(
  answer: (request: Received, mood: UpstreamMood) => Reply | Promise<Reply>,
): Promise<MoodyServer> {
  const elsewhere = createServer((_request, response) => {
    followed += 1;
    response.end('{}');
  });
  let followed = 0;
  const hanging = Promise.withResolvers<void>();
  const server = createServer((request, response) => void respond(request, response));
  const [port, elsewherePort] = await Promise.all([server, elsewhere].map(listening));
  const double: MoodyServer = {
    ...{ url: `http://127.0.0.1:${port}`, mood: 'well', moodFrom: () => true, requests: [] },
    ...{ hanging: hanging.promise, followed: () => followed },
    close() {
      for (const one of [server, elsewhere]) {
        one.close();
        one.closeAllConnections();
      }
    },
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const received = { method, path: url, headers, body: await text(request) };
    double.requests.push(`${method} ${url}`);
    const mood = double.moodFrom(received) ? double.mood : 'well';
    if (mood === 'hangs') return hanging.resolve();
    if (mood === 'redirects')
      return void response.writeHead(307, { location: `http://127.0.0.1:${elsewherePort}/` }).end();
    const reply = await answer(received, mood);
    send(response, mood, reply);
    if (mood === 'stalls') hanging.resolve();
  }
  return double;
}

function send(
  response: ServerResponse,
  mood: UpstreamMood,
  { status, body, headers = {}, write = JSON.stringify }: Reply,
): void {
  const told = body === undefined ? '' : write(body);
  const head = { 'content-type': 'application/json', ...headers };
  switch (mood) {
    case 'stalls':
      return void begin(response, head, told);
    case 'truncated':
      begin(response, head, told);
      return void setImmediate(() => response.destroy());
    case 'oversized':
      return void response.writeHead(200, head).end(write({ ...(body as object), padding: 'x'.repeat(2 ** 20) }));
    case 'no-json':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Login</title>');
    case 'empty':
      return void response.writeHead(200, head).end('{}');
    case 'breaks':
      return void response.writeHead(500, head).end(told);
    default:
      return void response.writeHead(status, head).end(told);
  }
}

function begin(response: ServerResponse, head: Readonly<Record<string, string>>, told: string): void {
  response.writeHead(200, { ...head, 'content-length': told.length + 10 });
  response.write(told.slice(0, told.length / 2) || ' ');
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
