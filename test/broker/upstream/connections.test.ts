import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { LIMITS, named, PRIVATE, PUBLIC, resolver, serveOnLoopback } from '../../support/upstream-server.ts';

const ASK = { ...LIMITS, method: 'POST' } as const;

/** A server that ends no idle connection by itself, and whoever asks it. */
async function keeping(keepFor: number | undefined, answer?: RequestListener) {
  const server = createServer({ keepAliveTimeout: 0 });
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  const { asked, port } = await serveOnLoopback(server, answer);
  const fetch = createUpstreamFetch(keepFor === undefined ? PUBLIC : { ...PUBLIC, keepFor });
  return { asked, connections, ask: () => fetch(`http://127.0.0.1:${port}/`, ASK) };
}

const answerOf = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

describe('connections', () => {
  test('each request has its own, unless they are kept', async () => {
    const { ask, connections } = await keeping(undefined);
    await ask();
    await ask();
    expect(connections).toHaveLength(2);
  });

  test('one that is kept takes the next request', async () => {
    const { ask, asked, connections } = await keeping(4_000);
    await ask();
    await ask();
    expect([asked.length, connections.length]).toEqual([2, 1]);
  });

  test('requests at the same time do not share one', async () => {
    const { ask, connections } = await keeping(4_000);
    await Promise.all([ask(), ask(), ask()]);
    expect(connections).toHaveLength(3);
  });

  test('an idle one is ended from our side', async () => {
    const { ask, connections } = await keeping(20);
    await ask();
    await Promise.all(connections.map((socket) => socket.destroyed || once(socket, 'close')));
    await ask();
    expect(connections).toHaveLength(2);
  });

  test('an answer may take longer than an idle one is kept', async () => {
    const { ask, connections } = await keeping(1, (_request, response) => setTimeout(() => response.end('late'), 30));
    await expect(ask()).resolves.toMatchObject({ status: 200, body: Buffer.from('late') });
    expect(connections).toHaveLength(1);
  });

  test('what is sent over one that the other side ends is sent once: it may have acted', async () => {
    const { ask, asked } = await keeping(4_000, ({ socket }, response) => {
      if (asked.length > 1) socket.destroy();
      else response.end('{}');
    });
    await ask();
    await expect(ask()).rejects.toThrow('gave no answer: ');
    expect(asked).toHaveLength(2);
  });

  test('one that says more than it was asked is not used again', async () => {
    let connections = 0;
    const ended = Promise.withResolvers<void>();
    const server = createRawServer((socket) => {
      connections += 1;
      const own = `own ${connections}`;
      socket.on('error', () => undefined).once('close', () => ended.resolve());
      socket.once('data', () => socket.write(answerOf(own), () => setImmediate(() => socket.write(answerOf('other')))));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const fetch = createUpstreamFetch({ ...PUBLIC, keepFor: 4_000 });
    expect((await fetch(url, ASK)).body.toString()).toBe('own 1');
    await ended.promise;
    expect((await fetch(url, ASK)).body.toString()).toBe('own 2');
  });

  test('one that is kept leads to the address that was checked, whatever the name means by now', async () => {
    const { url, asked } = await named();
    const meanings = ['127.0.0.1', '169.254.169.254'];
    const rebinding = resolver((_name, _options, callback) =>
      callback(null, [{ address: meanings.shift() ?? expect.unreachable(), family: 4 }]),
    );
    const fetch = createUpstreamFetch({ ...PRIVATE, keepFor: 4_000, resolve: rebinding });
    await fetch(url, LIMITS);
    await fetch(url, LIMITS);
    expect([asked.length, meanings]).toEqual([2, ['169.254.169.254']]);
  });

  test('a body that is given up takes its connection with it', async () => {
    const { ask, connections } = await keeping(4_000, (_request, response) => {
      response.end(Buffer.alloc(connections.length > 1 ? 1 : LIMITS.maxBytes + 1));
    });
    await expect(ask()).rejects.toThrow('more than');
    await ask();
    expect(connections).toHaveLength(2);
  });
});
