// `login`, `logout` and the file between them, at a real broker; time passes only where the test lets it.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../../../broker/cli/arguments.ts';
import { logIn, loginCommand } from '../../../broker/cli/login.ts';
import { loginFile } from '../../../broker/cli/login-file.ts';
import { ApprovalStory } from '../../support/approval-story.ts';
import { buildpassWith, recordedIo } from '../../support/command-line.ts';
import { asCommandLine, decideLogin } from '../../support/command-line-login.ts';
import { temporaryDirectory } from '../../support/config-file.ts';
import { freePort } from '../../support/free-port.ts';

let story: ApprovalStory;
let url: string;
let environment: { XDG_CONFIG_HOME: string };

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  story = await ApprovalStory.start({ url, listen: { port } });
});
afterAll(() => story.close());
beforeEach(async () => {
  environment = { XDG_CONFIG_HOME: await temporaryDirectory() };
});

type Then = (code: string, polls: number) => Promise<unknown>;

/** Runs `login`; before each poll, `then` does what a person would, with the code that the terminal shows. */
async function login(then: Then, fetcher: typeof fetch = fetch) {
  const io = recordedIo(environment);
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    story.pass(milliseconds);
    await then(/^ {2}(\S{4}-\S{4})$/m.exec(io.written.err)?.[1] ?? '', waits.length);
  };
  const clock = { now: () => story.now };
  const context = readArguments(loginCommand, ['--broker-url', url], io);
  const ran = logIn(context, { fetch: fetcher, wait, clock });
  return { code: await ran, ...io.written, waits };
}

const allowedBy =
  (name: string): Then =>
  async (code) =>
    decideLogin(await story.person(name), code);
const kept = () => JSON.parse(readFileSync(loginFile(environment), 'utf8')).logins;
const run = (...words: readonly string[]) => buildpassWith(environment, ...words);

describe('login', () => {
  it('shows where to type which code, and keeps what it gets where nobody else reads it', async () => {
    const { code, out, err } = await login(allowedBy('Alex'));
    expect(code).toBe(0);
    expect(err).toContain(`Open ${url}/device in a browser where you are signed in, and type this code there:`);
    expect(out).toMatch(/^Logged in at \S+ as Alex, until \S+Z\. Kept in \S+logins\.json\.\n$/);
    const [{ token, ...rest }] = kept();
    expect(rest).toMatchObject({ broker: url, name: 'Alex', principal: expect.stringMatching(/^prn_/) });
    expect((await asCommandLine(story.broker, token).get('/v1/requests')).status).toBe(200);
    expect(out + err).not.toContain(token);
  });

  it('takes the place of an earlier one, and stands beside one at another broker', async () => {
    const other = {
      ...{ broker: 'https://b.example', token: 'x', principal: 'prn_x', name: 'X' },
      ends_at: '2030-01-01T00:00:00Z',
    };
    mkdirSync(dirname(loginFile(environment)), { recursive: true });
    writeFileSync(loginFile(environment), JSON.stringify({ logins: [other] }), { mode: 0o600 });
    await login(allowedBy('Kim'));
    await login(allowedBy('Alex'));
    expect(kept()).toMatchObject([other, { broker: url, name: 'Alex' }]);
    const { code, err } = await run('requests', 'list');
    expect([code, err]).toEqual([2, `buildpass: say which with --broker-url: https://b.example or ${url}\n`]);
  });

  it.each([
    ['is refused', async (code: string) => decideLogin(await story.person('Alex'), code, 'refuse'), 'said no'],
    ['is let be', async () => undefined, 'nobody decided in ten minutes'],
  ])('that %s says so and keeps nothing', async (_name, then, why) => {
    const { code, err } = await login(then);
    expect([code, err]).toEqual([1, expect.stringContaining(why)]);
    expect((await run('requests', 'withdraw', 'req_x')).err).toContain('you are logged in nowhere');
  });

  it('asks less often where the broker tells it to, or does not answer', async () => {
    const slow = new Response(JSON.stringify({ error: 'slow_down' }), { status: 400 });
    const answers = [slow, new Response('{}', { status: 503 })];
    const fetcher: typeof fetch = async (input, init) =>
      String(input).endsWith('/v1/token') ? (answers.shift() ?? fetch(input, init)) : fetch(input, init);
    const { code, waits } = await login(allowedBy('Alex'), fetcher);
    expect([code, waits]).toEqual([0, [3_000, 8_000, 16_000]]);
  });

  it('sends nobody to another origin than the one that was named', async () => {
    const fetcher: typeof fetch = async (input, init) => {
      const answer = await (await fetch(input, init)).text();
      return new Response(answer.replace(url, 'https://evil.example'));
    };
    await expect(login(async () => undefined, fetcher)).rejects.toThrow('sends you elsewhere to sign in');
  });

  it('escapes what a broker says of itself', async () => {
    const fetcher: typeof fetch = async () =>
      new Response(JSON.stringify({ code: 'X', detail: 'no \u001B[2J' }), { status: 400 });
    await expect(login(async () => undefined, fetcher)).rejects.toThrow('no \\u{1b}[2J');
  });
});

describe('the file', () => {
  it('that others can read is not used', async () => {
    await login(allowedBy('Alex'));
    chmodSync(loginFile(environment), 0o644);
    expect(await run('requests', 'list')).toMatchObject({ code: 78, err: expect.stringContaining('chmod 600') });
  });

  it('that somebody broke is named, with what to do', async () => {
    await login(allowedBy('Alex'));
    writeFileSync(loginFile(environment), '{');
    expect((await run('logout')).err).toContain('is not what `buildpass login` wrote: remove it, and log in again');
  });
});

describe('logout', () => {
  it('ends it at the broker, and forgets it here', async () => {
    await login(allowedBy('Alex'));
    const [{ token }] = kept();
    expect(await run('logout')).toEqual({ code: 0, out: `Logged out at ${url}.\n`, err: '' });
    expect((await asCommandLine(story.broker, token).get('/v1/requests')).status).toBe(401);
    expect(kept()).toEqual([]);
  });

  it('says that nothing is ended where the broker does not answer, and keeps it', async () => {
    await login(allowedBy('Alex'));
    const closed = `http://127.0.0.1:${await freePort()}`;
    const [one] = kept();
    writeFileSync(loginFile(environment), JSON.stringify({ logins: [{ ...one, broker: closed }] }));
    expect(await run('logout')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('ECONNREFUSED') });
    expect(kept()).toHaveLength(1);
  });
});
