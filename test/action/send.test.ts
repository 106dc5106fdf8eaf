import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AnswerTooLarge, NoAnswer, send } from '../../action/send.ts';

let server: Server;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const post = (url: string, timeoutMs = 5_000) =>
  send({ method: 'POST', url, headers: { accept: 'application/json' }, body: 'a=ü', timeoutMs });

test('a body is sent whole and an answer read whole', async () => {
  const url = await serve((request, response) =>
    request.pipe(response.writeHead(418, { 'x-seen': request.headers['content-length'] })),
  );
  const { status, text, headers } = await post(url);
  expect({ status, text, seen: headers['x-seen'] }).toEqual({ status: 418, text: 'a=ü', seen: '4' });
});

test('a redirect is an answer', async () => {
  const url = await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
  expect((await post(url)).status).toBe(302);
});

test('a lost connection is no answer', async () => {
  const url = await serve((request) => request.socket.resetAndDestroy());
  await expect(post(url)).rejects.toThrow(NoAnswer);
});

test('an answer that breaks off is no answer', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => request.socket.resetAndDestroy());
  });
  await expect(post(url)).rejects.toThrow(NoAnswer);
});

test('no answer in time says so', async () => {
  const url = await serve(() => undefined);
  await expect(post(url, 50)).rejects.toThrow('no answer within 0.05 s');
});

test('an answer that comes drop by drop has the same end', async () => {
  const url = await serve((_request, response) => {
    const drops = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(drops));
  });
  await expect(post(url, 100)).rejects.toThrow('no answer within 0.1 s');
});

test('an answer of 256 KiB is read, a byte more is too large', async () => {
  const url = await serve((request, response) => response.end('x'.repeat(256 * 1024 + Number(request.url?.slice(1)))));
  expect((await post(`${url}/0`)).text).toHaveLength(256 * 1024);
  await expect(post(`${url}/1`)).rejects.toThrow(AnswerTooLarge);
});
