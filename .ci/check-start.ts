// Proves the README's `npm start`: it comes up as a process, says that it issued a credential, answers, serves a signed
// checkpoint of a log with entries, and stops when it is asked to. Everything within a deadline.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';

const START_MS = 90_000;
const ANSWER_MS = 10_000;
const STOP_MS = 15_000;

async function checkStart(): Promise<void> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  // A process group of its own, so that npm, its shell and the broker can be stopped together, and nothing else.
  const started = spawn('npm', ['start', '--', '--port', String(port)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const output = await outputUntil(started, (text) => text.includes(`ready at ${origin}`));
    expectThat(/\bissued\b/i.test(output), 'it says that it issued a credential', output);
    expectThat((await get(`${origin}/healthz`)).status === 200, 'GET /healthz answers 200');
    const checkpoint = await get(`${origin}/log/checkpoint`);
    const [logOrigin = '', size = ''] = checkpoint.text.split('\n');
    expectThat(
      checkpoint.status === 200 && logOrigin.endsWith('/log') && Number(size) > 0,
      'GET /log/checkpoint is of a log with entries',
      checkpoint.text,
    );
    await stop(started, 'SIGTERM');
    expectThat(await refusesConnections(`${origin}/healthz`), 'nothing listens after it stopped');
  } finally {
    if (isRunning(started)) await stop(started, 'SIGKILL');
    // The demo keeps what it made, by port; nobody will come back to this one.
    await rm(`demo-data/port-${port}`, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** What the process wrote by the time that `ready` holds. */
async function outputUntil(child: ChildProcess, ready: (text: string) => boolean): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it did not come up within ${START_MS / 1000} s:\n${text}`)),
      START_MS,
    );
    const read = (chunk: Buffer): void => {
      process.stdout.write(chunk);
      text += chunk.toString('utf8');
      if (ready(text)) resolve(text);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready`)));
    child.once('error', reject);
    child.once('exit', () => clearTimeout(timer));
  });
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  return { status: response.status, text: await response.text() };
}

const refusesConnections = (url: string): Promise<boolean> =>
  get(url).then(
    () => false,
    () => true,
  );
const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return;
  const ended = once(child, 'close', { signal: AbortSignal.timeout(STOP_MS) });
  process.kill(-child.pid, signal);
  await ended;
}

function expectThat(holds: boolean, what: string, seen = ''): void {
  console.log(`${holds ? 'ok' : 'NOT'}: ${what}`);
  if (!holds) throw new Error(`not so: ${what}\n${seen}`);
}

try {
  await checkStart();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
