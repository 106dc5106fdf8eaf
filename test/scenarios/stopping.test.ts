// A broker that is asked to stop, as a process of its own: what is under way is finished, in a bounded time, and nothing new begins.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { brokerFiles } from '../support/broker-files.ts';
import { type BuildpassProcess, startBuildpass } from '../support/buildpass-process.ts';
import { buildpass } from '../support/command-line.ts';
import { startGithubIssuer } from '../support/github-issuer.ts';
import { FORM } from '../support/raw-http.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

/** `buildpass serve` with one ask under way, whose issuer takes its time. */
async function asking() {
  const github = await startGithubIssuer();
  onTestFinished(() => github.close());
  const files = await brokerFiles(github.url);
  writeFileSync(files.config, readFileSync(files.config, 'utf8').replace('port: 0', 'port: 0, admin: 127.0.0.1:0'));
  await buildpass('keys', 'create', '--config', files.config);
  const broker = startBuildpass('serve', '--config', files.config);
  const { port, admin_port: admin } = JSON.parse(await broker.lineWith('"message":"serving"'));
  await github.fail('slow', 'discovery');
  const socket = connect(port, '127.0.0.1');
  socket.write(await tokenRequest(github));
  await expect.poll(() => github.requests.length).toBeGreaterThan(0);
  return { broker, github, socket, port: Number(port), admin: Number(admin) };
}

async function tokenRequest(github: Awaited<ReturnType<typeof startGithubIssuer>>): Promise<string> {
  const body = new URLSearchParams({
    grant_type: GRANT_TYPE,
    subject_token: await github.mint({ aud: BROKER_URL }),
    subject_token_type: ID_TOKEN_TYPE,
    scope: 'shop/publish-preview',
  }).toString();
  return `POST /v1/token HTTP/1.1\r\nHost: x\r\n${FORM}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

const readiness = async (port: number): Promise<number> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
const SHORT = 'POST /v1/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';

describe('a broker that is asked to stop', () => {
  it('finishes what is under way, refuses what comes after it on the same connection, and ends well', async () => {
    const { broker, github, socket, port, admin } = await asking();
    const idleClosed = once(await connected(port), 'close');
    broker.kill('SIGTERM');
    await expect.poll(() => readiness(admin)).toBe(503);
    await idleClosed;
    const late = connect(port, '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toThrow('ECONNREFUSED');
    socket.write(SHORT);
    await github.recover();
    const answers = await text(socket);
    expect(answers).toMatch(/^HTTP\/1\.1 200 [\s\S]*"access_token"[\s\S]*HTTP\/1\.1 503 /);
    expect(answers).toMatch(
      /Connection: close[\s\S]*"code":"SHUTTING_DOWN"|Retry-After: 5[\s\S]*"code":"SHUTTING_DOWN"/,
    );
    expect(await broker.ended).toBe(0);
    expect(levelsOf(broker)).not.toContain('error');
  });

  it('ends at once when it is asked a second time', async () => {
    const { broker, admin } = await asking();
    broker.kill('SIGTERM');
    await expect.poll(() => readiness(admin)).toBe(503);
    const asked = Date.now();
    broker.kill('SIGTERM');
    expect(await broker.ended).not.toBe(0);
    expect(Date.now() - asked).toBeLessThan(2_000);
  });

  it('cuts off what does not end in time, and says so', async () => {
    const broker = await TestBroker.start({ background: 'by-hand', drainTimeout: 100 });
    await broker.github.fail('slow', 'discovery');
    const asked = broker.ask().catch((error: unknown) => error);
    await expect.poll(() => broker.github.requests.length).toBeGreaterThan(0);
    await broker.close();
    expect(await asked).toBeInstanceOf(TypeError);
    expect(broker.logLines.join('')).toContain('requests were still under way when the time for stopping was over');
  });
});

const levelsOf = (broker: BuildpassProcess): string[] =>
  broker
    .err()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { level: string }).level);

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  return socket;
}
