// The Unix socket beside the store, for commands that change the state of a running broker. Whoever may open it, may: its file is
// mode 0600, and nothing but this machine's own users gets to it. HTTP, because both sides speak that already.
import { lstatSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StartRefused } from './errors.ts';
import { describeError } from './telemetry/describe-error.ts';
import type { Logger } from './telemetry/logger.ts';
import { readCapped } from './upstream/read-capped.ts';

/** What a command asks for, by method and path, with what it sent as JSON; the answer is sent as JSON too. */
export type ControlActs = Readonly<Record<string, (body: unknown) => Promise<unknown>>>;

export interface ControlSocket {
  close(): Promise<void>;
}

/** By the store's real name, like its lock. */
export const controlSocketOf = (storePath: string): string => `${realpathSync(storePath)}.sock`;

/** What a socket's address has room for, everywhere. */
const LONGEST_PATH = 103;

/**
 * Only ever by the broker that holds the store's lock: then a socket that is there is what a crash left.
 * @throws StartRefused where something else has its name
 */
export async function openControlSocket(path: string, acts: ControlActs, logger: Logger): Promise<ControlSocket> {
  const [why, way] = [
    'there is no socket for commands such as `revoke`, `pause` or `policy reload`',
    'people of security can do it over HTTP, and SIGHUP loads the policies again',
  ];
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    logger.warn(`${why}: the path ${path} is longer than ${LONGEST_PATH} bytes; ${way}`);
    return { close: async () => undefined };
  }
  removeStale(path);
  const server = createServer((request, response) => void answer(acts, logger, { request, response }));
  try {
    await listen(server, path);
  } catch (error) {
    logger.warn(`${why}: ${path} cannot be made; ${way}`, { error });
    return { close: async () => undefined };
  }
  return { close: () => closed(server) };
}

function removeStale(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket() || found.uid !== process.getuid?.())
    throw new StartRefused(`${path} is there, and is no socket of this broker: look what it is, and move it away`);
  rmSync(path);
}

/** Nobody else may open it from the first moment on: a mode that is set afterwards comes too late for whoever was quick. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(
  acts: ControlActs,
  logger: Logger,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const asked = `${request.method} ${request.url}`;
  const act = Object.hasOwn(acts, asked) ? acts[asked] : undefined;
  if (act === undefined) {
    request.resume();
    return send(response, 404, { error: `This broker has no ${asked}: is it of another version?` });
  }
  try {
    send(response, 200, await act(await bodyOf(request)));
  } catch (error) {
    logger.warn('a command over the socket failed', { asked, error });
    send(response, 500, { error: describeError(error).message });
  }
}

const MAX_BODY_BYTES = 64 * 1024;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = (await readCapped(request, MAX_BODY_BYTES)).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
