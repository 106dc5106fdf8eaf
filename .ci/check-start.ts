// Proves the README's `npm start`: it comes up as a process, says that it issued a credential, answers, serves a signed
// checkpoint of a log with entries, lets one person approve what another asked for, and stops when it is asked to. Everything
// within a deadline.
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
    await approve(started, origin, output);
    await stop(started, 'SIGTERM');
    expectThat(await refusesConnections(`${origin}/healthz`), 'nothing listens after it stopped');
  } finally {
    if (isRunning(started)) await stop(started, 'SIGKILL');
    // The demo keeps what it made, by port; nobody will come back to this one.
    await rm(`demo-data/port-${port}`, { recursive: true, force: true });
  }
}

/** As somebody would who opens the link that was printed: signs in, proves it once more, and approves what waits. */
async function approve(started: ChildProcess, origin: string, output: string): Promise<void> {
  const link = new RegExp(`${origin}/sign-in/demo\\?link=\\S+&return=%2Frequests%2F(\\S+)`).exec(output);
  expectThat(link !== null, 'it says who can approve the job that waits', output);
  const [address = '', id = ''] = link ?? [];
  const cookie = (await sessionOf(address, '')).replace(/;.*/, '');
  const session = (await sessionOf(`${origin}/sign-in/demo?step-up=1`, cookie)).replace(/;.*/, '');
  const headers = { cookie: session, origin, 'content-type': 'application/json' };
  const page = `${origin}/v1/requests/${id}`;
  const { approval } = (await (await fetch(page, { headers })).json()) as { approval: { binding: string } };
  const decided = outputUntil(started, (text) => text.includes('issued (approved)'));
  const body = JSON.stringify({ verdict: 'approve', reason: 'Checked.', binding: approval.binding });
  const answer = await fetch(`${page}/verdicts`, { method: 'POST', headers, body });
  expectThat(answer.status === 200, 'somebody else approves it', await answer.text());
  await decided;
}

/** The cookie that a step of signing in sets. */
async function sessionOf(address: string, cookie: string): Promise<string> {
  const answer = await fetch(address, {
    redirect: 'manual',
    headers: { cookie },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  expectThat(answer.status === 303, 'it signs in', await answer.text());
  return answer.headers.getSetCookie()[0] ?? cookie;
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
      if (!ready(text)) return;
      child.stdout?.off('data', read);
      child.stderr?.off('data', read);
      resolve(text);
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
