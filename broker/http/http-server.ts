// The server under the HTTP face: how long a request may take to arrive and how much of it is read, and an answer with a code
// to what Node's parser refuses before any route could.
import { createServer, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { BrokerError } from '../errors.ts';
import type { Refuse } from './refuse.ts';

export const SERVER_LIMITS: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  // Ten seconds for a request to arrive; Node looks for late ones only every half minute unless told otherwise.
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Longer than proxies usually keep a connection to us: whoever closes first must not be the one that gets the next request.
  keepAliveTimeout: 75_000,
  // Node would answer a missing Host without a body; request-form.ts does it with one.
  requireHostHeader: false,
};
/** A connection on which nothing moves for this long: longer than any answer takes. */
const SILENCE_MS = 60_000;

const ANSWER = Symbol('the newest answer of a connection');
const REFUSED = Symbol('whether a connection was refused');

/** On the connection itself, and off it again: keys of a WeakMap, and what they lead to, outlive all but full collections. */
interface Connection extends Duplex {
  [ANSWER]?: ServerResponse | undefined;
  [REFUSED]?: true;
}

export function createHttpServer(
  listener: RequestListener,
  refuse: Refuse,
  limits: ServerOptions = SERVER_LIMITS,
): Server {
  const server = createServer(limits, (request, response) => {
    const connection: Connection = request.socket;
    connection[ANSWER] = response;
    response.once('close', () => {
      if (connection[ANSWER] === response) connection[ANSWER] = undefined;
    });
    listener(request, response);
  });
  server.timeout = SILENCE_MS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Connection) => {
    // The parser complains once a chunk.
    if (socket[REFUSED] === true) return;
    socket[REFUSED] = true;
    // Behind the head of an answer another one would be read as its body.
    const inAnswer = socket[ANSWER]?.headersSent === true && !socket[ANSWER].writableFinished;
    if (!socket.writable || error.code === 'ECONNRESET' || inAnswer) socket.destroy();
    else refuse.socket(socket, unreadable(error));
  });
  server.on('connect', (_request, socket: Duplex) => {
    refuse.socket(socket, new BrokerError('METHOD_NOT_ALLOWED', 'This is no proxy: CONNECT does nothing here.'));
  });
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    refuse.response(response, 'problem', malformed('The only Expect that means something here is 100-continue.'));
  });
  return server;
}

const malformed = (message: string, cause?: unknown): BrokerError =>
  new BrokerError('REQUEST_MALFORMED', message, { cause });

function unreadable(cause: NodeJS.ErrnoException): BrokerError {
  switch (cause.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new BrokerError('HEADERS_TOO_LARGE', 'The headers are more than 16 KiB.', { cause });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new BrokerError('BODY_TOO_LARGE', 'The extensions of a chunk are too large.', { cause });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new BrokerError('REQUEST_TIMEOUT', 'The request did not arrive within 10 seconds.', { cause });
    default:
      return malformed('This is not an HTTP request that can be read in one way only.', cause);
  }
}
