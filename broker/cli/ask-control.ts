// Asks a running broker for something over the socket beside its store. What answers there is believed only where the socket is
// a file that nobody but this user, or the broker's own for root, can have made.
import { existsSync, lstatSync } from 'node:fs';
import { request } from 'node:http';
import { controlSocketOf } from '../control-socket.ts';
import { readCapped } from '../read-capped.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** @throws Error with a sentence that says what to do */
export async function askControl(storePath: string, asked: `POST /${string}`): Promise<unknown> {
  const path = socketOf(storePath);
  const { status, text } = await post(path, asked.slice('POST '.length)).catch((cause: unknown) => {
    throw new Error(`${notRunning(storePath)} (${path}: ${(cause as Error).message})`, { cause });
  });
  const body: unknown = JSON.parse(text);
  if (status === 200) return body;
  const said = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : `status ${status}`;
  throw new Error(`the broker did not do it: ${said}`);
}

const notRunning = (storePath: string): string =>
  `no broker answers for the store ${storePath}: is it running? A start loads the policies by itself`;

function socketOf(storePath: string): string {
  const path = existsSync(storePath) ? controlSocketOf(storePath) : undefined;
  const found = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (path === undefined || found === undefined) throw new Error(notRunning(storePath));
  const user = process.getuid?.();
  if (!found.isSocket() || (user !== 0 && found.uid !== user))
    throw new Error(`${path} is no socket of this user's broker: run this as the user that runs \`serve\``);
  return path;
}

/** Without a deadline: a load of many files takes as long as it takes. */
function post(socketPath: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, method: 'POST', agent: false }, (response) => {
      readCapped(response, MAX_ANSWER_BYTES).then(
        (body) => resolve({ status: response.statusCode ?? 0, text: body.toString('utf8') }),
        reject,
      );
    });
    asking.on('error', reject).end();
  });
}
