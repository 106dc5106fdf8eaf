import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { assertNothingTried } from './no-network.ts';
import { triedHosts } from './no-network-sockets.ts';

// Reserved for documentation (RFC 5737, RFC 3849, RFC 2606): nobody answers there even if the guard were gone.
const OUTSIDE = '192.0.2.1';

/** The hosts tried so far, forgotten, so that the guard does not fail the test that tests it. */
const takeTried = () => triedHosts.splice(0);

describe('the shut network', () => {
  test.for([
    ['by port and host', () => connect(80, OUTSIDE)],
    ['by options', () => connect({ port: 80, host: OUTSIDE })],
    ['on a socket of its own', () => new Socket().connect(80, OUTSIDE)],
    ['over TLS', () => tlsConnect({ port: 443, host: OUTSIDE })],
    ['over http', () => httpGet(`http://${OUTSIDE}/path`)],
    ['over https', () => httpsGet(`https://${OUTSIDE}/path`)],
  ] as const)('a connection %s fails and is remembered', ([, attempt]) => {
    expect(attempt).toThrow('a test tried to reach 192.0.2.1: tests stay on loopback');
    expect(takeTried()).toEqual([OUTSIDE]);
  });

  test.for([
    'http://192.0.2.1/',
    'https://192.0.2.1/',
    'http://[2001:db8::1]/',
    'http://broker.example.com/',
    'http://0.0.0.0:8080/',
  ])('fetch of %s fails and is remembered', async (url) => {
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(takeTried()).toEqual([new URL(url).hostname.replace(/[[\]]/g, '')]);
  });

  test('a test whose code swallowed the error fails all the same, and the next one starts clean', async () => {
    await fetch(`http://${OUTSIDE}/`).catch(() => 'swallowed');
    expect(assertNothingTried).toThrow('the test tried to reach 192.0.2.1: tests stay on loopback');
    expect(assertNothingTried).not.toThrow();
  });

  test.for(['127.0.0.1', 'localhost'])('%s stays reachable', async (host) => {
    const server = createServer((socket) => socket.end('hello')).listen(0, host);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [data] = await once(connect(port, host), 'data');
    expect(String(data)).toBe('hello');
  });

  test('a Unix socket stays reachable', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'buildpass-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'a.sock');
    const server = createServer((socket) => socket.end('hello')).listen(path);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const [data] = await once(connect(path), 'data');
    expect(String(data)).toBe('hello');
  });

  test('a child process can be shut in too', async () => {
    const guard = fileURLToPath(new URL('./no-network-sockets.ts', import.meta.url));
    const script = `fetch('http://${OUTSIDE}/').catch((error) => console.log(error.cause.message))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', guard, '--eval', script]);
    expect(stdout).toBe('a test tried to reach 192.0.2.1: tests stay on loopback\n');
  });
});
