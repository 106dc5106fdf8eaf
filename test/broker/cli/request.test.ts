import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArguments } from '../../../broker/cli/arguments.ts';
import type { ExitCode } from '../../../broker/cli/command.ts';
import { command, request } from '../../../broker/cli/request.ts';
import { systemEntropy } from '../../../broker/clock.ts';
import { recordedIo } from '../../support/command-line.ts';
import { temporaryDirectory } from '../../support/config-file.ts';
import { answerOf, VALUES } from '../../support/kind-answers.ts';

const TOKEN = 'eyJh.eyJz.c2ln';
const ISSUED = {
  access_token: TOKEN,
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 600,
  scope: 'shop/publish-preview',
  issuance_id: 'iss_1',
  lease_id: 'lse_1',
  assurance: 'automated',
  receipt: { entry: 'e', proof: 'p' },
  credential: { token: TOKEN },
};

const escapeForPattern = (plain: string): string => plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** A runner and a broker in one small server: it gives numbered subject tokens, and answers asks with `replies` in turn. */
async function serverWith(...replies: readonly Reply[]) {
  const asks: URLSearchParams[] = [];
  const audiences: (string | null)[] = [];
  const returned: string[] = [];
  const answer = async (incoming: IncomingMessage): Promise<Reply> => {
    const url = new URL(incoming.url ?? '', 'http://runner');
    const { method, headers } = incoming;
    if (method === 'DELETE') returned.push(`${method} ${url.pathname} ${headers.authorization}`);
    if (url.pathname !== '/idtoken') asks.push(new URLSearchParams(await text(incoming)));
    else audiences.push(url.searchParams.get('audience'));
    if (url.pathname === '/idtoken') return { status: 200, body: { value: `subject-token-${audiences.length}` } };
    return replies[Math.min(asks.length, replies.length) - 1] ?? { status: 500, body: {} };
  };
  const server: Server = createServer(async (incoming, outgoing) => {
    const { status, body, headers = {} } = await answer(incoming);
    outgoing.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secrets = () => asks.map((one) => one.get('request_secret'));
  return { url, asks, audiences, returned, secrets };
}

async function ask(
  url: string,
  words: readonly string[],
  environment = {},
): Promise<{ code: ExitCode; out: string; err: string; waited: number[] }> {
  const runner = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/idtoken?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
  };
  const io = recordedIo({ ...runner, ...environment });
  const waited: number[] = [];
  const context = readArguments(command, ['--broker-url', url, '--entitlement', 'shop/publish-preview', ...words], io);
  const code = await request(context, {
    fetch,
    entropy: systemEntropy,
    wait: async (milliseconds) => void waited.push(milliseconds),
  });
  return { code, ...io.written, waited };
}

describe('buildpass request', () => {
  it('asks with the token of the job and writes the credential to a file that only its owner can read', async () => {
    const { url, asks, audiences } = await serverWith({ status: 200, body: ISSUED });
    const file = join(await temporaryDirectory(), 'token');
    const { code, out } = await ask(url, ['--output', file, '--ttl', '5m', '--reason', 'because']);
    expect([code, audiences]).toEqual([0, [url]]);
    expect(Object.fromEntries(asks[0] ?? [])).toMatchObject({
      subject_token: 'subject-token-1',
      scope: 'shop/publish-preview',
      ttl: '300',
      reason: 'because',
      request_secret: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual([TOKEN, 0o600]);
    expect(out).toContain('Issued shop/publish-preview (automated), ends in 10m.');
    expect(out).not.toContain(TOKEN);
  });

  it('prints the credential only where it is asked to', async () => {
    const { url } = await serverWith({ status: 200, body: ISSUED });
    expect(JSON.parse((await ask(url, ['--json'])).out)).toEqual(ISSUED);
    const file = join(await temporaryDirectory(), 'token');
    expect((await ask(url, ['--json', '--output', file])).out).not.toContain(TOKEN);
  });

  it('writes several values as their JSON', async () => {
    const { url } = await serverWith({ status: 200, body: { ...ISSUED, ...answerOf('aws-role') } });
    const file = join(await temporaryDirectory(), 'aws');
    await ask(url, ['--output', file]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(VALUES['aws-role']);
  });

  it('writes variables that a shell reads as they are', async () => {
    const hostile = `it's $(exit 3) \`exit 4\` "\\n"\nsecond line'`;
    const answer = answerOf('vault-secret', { values: { 'npm-token': hostile, path: '/nowhere' } });
    const { url } = await serverWith({ status: 200, body: { ...ISSUED, ...answer } });
    const file = join(await temporaryDirectory(), 'secrets');
    await ask(url, ['--output', file, '--format', 'env']);
    const shell = await promisify(execFile)('sh', ['-c', `. ${file} && printf %s "$NPM_TOKEN" && command -v printf`]);
    expect(shell.stdout).toMatch(new RegExp(`^${escapeForPattern(hostile)}printf`));
    expect(await readFile(file, 'utf8')).toContain('# path is no variable');
  });

  it('writes a kubeconfig, and nothing where the credential makes none', async () => {
    const { url } = await serverWith(
      { status: 200, body: { ...ISSUED, ...answerOf('kubernetes') } },
      { status: 200, body: ISSUED },
      { status: 200, body: { revocation: 'at-expiry', upstream_expires_at: '2026-11-30T12:00:00.000Z' } },
    );
    const directory = await temporaryDirectory();
    await ask(url, ['--output', join(directory, 'kubeconfig'), '--format', 'kubeconfig']);
    expect(JSON.parse(await readFile(join(directory, 'kubeconfig'), 'utf8'))).toMatchObject({
      users: [{ user: VALUES.kubernetes }],
    });
    const { code, err } = await ask(url, ['--output', join(directory, 'jwt'), '--format', 'kubeconfig']);
    expect([code, err]).toEqual([
      1,
      'Nothing was written: a credential of kind jwt makes no kubeconfig. Lease lse_1 was returned, and its credential dies at 2026-11-30T12:00:00.000Z.\n',
    ]);
    await expect(stat(join(directory, 'jwt'))).rejects.toThrow('ENOENT');
  });

  it.each<[string, Reply, object, string]>([
    [
      'is revoked',
      { status: 200, body: { revocation: 'immediate', upstream_expires_at: null } },
      {},
      'was returned, and the broker revokes its credential now',
    ],
    [
      'never dies',
      { status: 200, body: { revocation: 'none', upstream_expires_at: null } },
      {},
      'was returned, and its credential never dies',
    ],
    ['had ended', { status: 204, body: undefined }, {}, 'had ended already'],
    ['could not be returned', { status: 503, body: {} }, {}, 'could not be returned, and it ends by itself'],
    ['got no clear answer', { status: 200, body: {} }, {}, 'could not be returned, and it ends by itself'],
    [
      'could not be returned and never dies',
      { status: 404, body: {} },
      { expires_in: Number.MAX_SAFE_INTEGER },
      'could not be returned, and what it handed out never dies',
    ],
  ])('gives back what it cannot write, and says so where it %s', async (...[, reply, change, words]) => {
    const { url, returned, secrets } = await serverWith({ status: 200, body: { ...ISSUED, ...change } }, reply);
    const output = join(await temporaryDirectory(), 'file');
    const { code, err } = await ask(url, ['--output', output, '--format', 'kubeconfig']);
    expect([code, err.trim().split('. ').at(-1)]).toEqual([1, `Lease lse_1 ${words}.`]);
    expect(returned).toEqual([`DELETE /v1/leases/lse_1 Bearer ${secrets()[0]}`]);
  });

  it('refuses a format that there is not, and one without a file', async () => {
    const { url, asks } = await serverWith({ status: 200, body: ISSUED });
    await expect(ask(url, ['--output', 'x', '--format', 'xml'])).rejects.toThrow(
      '--format "xml" is none of token, env',
    );
    await expect(ask(url, ['--json', '--format', 'env'])).rejects.toThrow('--format says how the file of --output');
    expect(asks).toEqual([]);
  });

  it('says of a value that never dies that it does not', async () => {
    const body = { ...ISSUED, ...answerOf('vault-secret'), expires_in: Number.MAX_SAFE_INTEGER };
    const { url } = await serverWith({ status: 200, body });
    const { out } = await ask(url, ['--output', join(await temporaryDirectory(), 'value')]);
    expect(out).toContain('Issued shop/publish-preview (automated), a value that never dies.');
  });

  it('does not ask before it knows where the credential goes', async () => {
    const { url, asks } = await serverWith({ status: 200, body: ISSUED });
    await expect(ask(url, [])).rejects.toThrow(
      'say where the credential goes: --output FILE, or --json to have it printed',
    );
    const file = join(await temporaryDirectory(), 'token');
    await writeFile(file, 'mine');
    await expect(ask(url, ['--output', file])).rejects.toThrow(`--output "${file}" exists already: name a new file`);
    expect(asks).toEqual([]);
  });

  it('says why it was refused, without a line that a runner could take for a command, and leaves no file', async () => {
    const reasons = [{ code: 'POLICY_NO_MATCH', message: 'branch is "x\n::add-mask::y"', rule: 0 }];
    const { url } = await serverWith({
      status: 400,
      body: { error: 'access_denied', error_description: 'No rule matches.', reasons, request_url: 'https://b/r/1' },
    });
    const file = join(await temporaryDirectory(), 'token');
    const { code, err } = await ask(url, ['--output', file]);
    expect([code, err]).toEqual([
      1,
      'Refused (access_denied): No rule matches.\n  POLICY_NO_MATCH: branch is "x ::add-mask::y"\n  https://b/r/1\n',
    ]);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('asks again with the same secret and a fresh token while the broker cannot answer', async () => {
    const { url, asks } = await serverWith(
      { status: 503, body: {}, headers: { 'retry-after': '7' } },
      { status: 200, body: ISSUED },
    );
    const { code, waited } = await ask(url, ['--json']);
    expect([code, waited, asks.map((form) => form.get('subject_token'))]).toEqual([
      0,
      [7_000],
      ['subject-token-1', 'subject-token-2'],
    ]);
    expect(new Set(asks.map((form) => form.get('request_secret'))).size).toBe(1);
  });

  it('asks once where the broker says that it will not pass by itself', async () => {
    const body = { error: 'temporarily_unavailable', error_description: 'The system refused: no such role.' };
    const { url, asks } = await serverWith({ status: 503, body, headers: { 'retry-after': '300' } });
    const { code, waited, err } = await ask(url, ['--json']);
    expect([code, waited, asks.length]).toEqual([1, [], 1]);
    expect(err).toBe(
      'The broker could not answer (status 503: The system refused: no such role). Nothing was handed over; ask again once that has changed.\n',
    );
  });

  it('gives up after three attempts, and asks once only where its token cannot be renewed', async () => {
    const { url, asks } = await serverWith({ status: 503, body: {} });
    const { code, err } = await ask(url, ['--json']);
    expect([code, err, asks.length]).toEqual([
      1,
      'The broker could not answer (status 503). Nothing was handed over; ask again.\n',
      3,
    ]);
    const file = join(await temporaryDirectory(), 'subject');
    await writeFile(file, 'from-a-file\n');
    await ask(url, ['--json', '--subject-token-file', file]);
    expect(asks.slice(3).map((form) => form.get('subject_token'))).toEqual(['from-a-file']);
  });

  it('does not follow a redirect, which would carry the token away', async () => {
    const { url, asks } = await serverWith({ status: 307, body: {}, headers: { location: 'http://127.0.0.1:9/' } });
    const { code, err } = await ask(url, ['--json']);
    expect([code, err, asks.length]).toEqual([1, expect.stringContaining('unexpected redirect'), 3]);
  });

  it('says what to add to a job without the permission', async () => {
    const { url } = await serverWith();
    await expect(ask(url, ['--json'], { ACTIONS_ID_TOKEN_REQUEST_URL: undefined })).rejects.toThrow(
      'add `permissions: id-token: write` to it',
    );
  });

  it('refuses a broker without https, a malformed entitlement and a malformed time', async () => {
    const read = (...words: string[]) =>
      request(readArguments(command, [...words, '--json'], recordedIo()), {
        fetch,
        entropy: systemEntropy,
        wait: async () => undefined,
      });
    await expect(read('--broker-url', 'http://broker.example.com', '--entitlement', 'a/b')).rejects.toThrow(
      '--broker-url: "http://broker.example.com" is not encrypted',
    );
    await expect(read('--broker-url', 'https://broker.example.com', '--entitlement', 'ab')).rejects.toThrow(
      '--entitlement "ab" is not PROJECT/NAME',
    );
    await expect(
      read('--broker-url', 'https://broker.example.com', '--entitlement', 'a/b', '--ttl', 'soon'),
    ).rejects.toThrow('--ttl "soon" is not a time');
  });
});
