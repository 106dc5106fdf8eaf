import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemElapsed, systemEntropy } from '../../../broker/clock.ts';
import { createAnswering, jsonAnswer } from '../../../broker/http/answer.ts';
import { createHttpServer, SERVER_LIMITS } from '../../../broker/http/http-server.ts';
import { readBody } from '../../../broker/http/read-body.ts';
import { createRefuse } from '../../../broker/http/refuse.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';
import { createMetrics } from '../../../broker/telemetry/metrics.ts';

const SOON = { ...SERVER_LIMITS, headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 };

/** A connection to a server that reads a body and says how long it was. */
async function connected(limits: typeof SERVER_LIMITS): Promise<Socket> {
  const answering = createAnswering({ 'x-common': 'yes' });
  const logger = createLogger({ level: 'silent', demo: false });
  const refuse = createRefuse({
    answering,
    logger,
    elapsed: systemElapsed,
    entropy: systemEntropy,
    metrics: createMetrics(),
  });
  const server = createHttpServer(
    (request, response) => {
      readBody(request).then(
        (body) => answering.write(response, jsonAnswer(200, { length: body.length })),
        (error: unknown) => refuse.response(response, 'problem', error),
      );
    },
    refuse,
    limits,
  );
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return connect((server.address() as AddressInfo).port, '127.0.0.1');
}

const BEGUN = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n';

describe('a request that takes too long to arrive', () => {
  it.each([
    ['without a byte', ''],
    ['in its headers', BEGUN],
    ['in its body', `${BEGUN}\r\nabc`],
  ])('is told so with a code, and its connection ends: %s', async (_where, bytes) => {
    const socket = await connected(SOON);
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nx-common: yes\r\n/);
    expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
  });
});

describe('a body', () => {
  it('may come in pieces', async () => {
    const socket = await connected(SERVER_LIMITS);
    socket.write(`${BEGUN}Connection: close\r\n\r\nabc`);
    socket.write('defghij');
    expect(await text(socket)).toContain('{"length":10}');
  });

  it('that goes on and on is refused before its end', async () => {
    const socket = await connected(SERVER_LIMITS);
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n');
    socket.write('x'.repeat(1_300_000));
    expect(await text(socket)).toContain('"code":"BODY_TOO_LARGE"');
  });
});
