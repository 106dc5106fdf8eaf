// Asks a running broker for something over the socket beside its store. What answers there is believed only where the socket is
// a file that nobody but this user, or the broker's own for root, can have made.
import { existsSync, lstatSync } from 'node:fs';
import { request } from 'node:http';
import { controlSocketOf } from '../control-socket.ts';
import { readCapped } from '../upstream/read-capped.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;

interface Asking {
  /** sent as JSON */
  readonly body?: object;
  /** what helps where nobody answers */
  readonly otherwise?: string;
}

/** Nobody answers for the store. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning';

  /** it broke off: whether it was done nobody knows */
  readonly mayHaveHeard: boolean;

  constructor(message: string, cause?: NodeJS.ErrnoException) {
    super(message, { cause });
    this.mayHaveHeard = cause !== undefined && cause.code !== 'ECONNREFUSED' && cause.code !== 'ENOENT';
  }
}

/** @throws Error with a sentence that says what to do, a NotRunning where that is to start the broker */
export async function askControl(
  storePath: string,
  asked: `POST /${string}`,
  { body, otherwise = '' }: Asking = {},
): Promise<unknown> {
  const path = socketOf(storePath, otherwise);
  const { status, text } = await post(path, asked.slice('POST '.length), body).catch((cause: Error) => {
    throw new NotRunning(`${notRunning(storePath)}${otherwise} (${path}: ${cause.message})`, cause);
  });
  const answer: unknown = JSON.parse(text);
  if (status === 200) return answer;
  const isProblem = typeof answer === 'object' && answer !== null && 'error' in answer;
  const said = isProblem ? String(answer.error) : `status ${status}`;
  throw new Error(`the broker did not do it: ${said}`);
}

const notRunning = (storePath: string): string => `no broker answers for the store ${storePath}: is it running?`;

function socketOf(storePath: string, otherwise: string): string {
  const path = existsSync(storePath) ? controlSocketOf(storePath) : undefined;
  const found = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (path === undefined || found === undefined) throw new NotRunning(`${notRunning(storePath)}${otherwise}`);
  const user = process.getuid?.();
  if (!found.isSocket() || (user !== 0 && found.uid !== user))
    throw new Error(`${path} is no socket of this user's broker: run this as the user that runs \`serve\``);
  return path;
}

/** Without a deadline: a load of many files takes as long as it takes. */
function post(socketPath: string, path: string, body: object | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, method: 'POST', agent: false }, (response) => {
      readCapped(response, MAX_ANSWER_BYTES).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, text: bytes.toString('utf8') }),
        reject,
      );
    });
    asking.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** @throws Error where it is not the answer of this version's broker */
export function understood<T>(schema: { safeParse(value: unknown): { data?: T | undefined } }, answer: unknown): T {
  const { data } = schema.safeParse(answer);
  if (data !== undefined) return data;
  throw new Error('the broker answers, and its answer cannot be understood: is it of another version?');
}
