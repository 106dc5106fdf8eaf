import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAnswering, jsonAnswer } from '../../../broker/http/answer.ts';
import { createClientAddresses } from '../../../broker/http/client-address.ts';
import { atEdge } from '../../../broker/http/edge.ts';
import { createRefuse } from '../../../broker/http/refuse.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';
import { createMetrics } from '../../../broker/telemetry/metrics.ts';
import { sendBytes } from '../../support/raw-http.ts';

/** A server that answers 200 to whatever passes the edge, behind a trusted proxy; time stands until a test moves it. */
async function edge(accepting = true) {
  const state = { now: 0 };
  const lines: string[] = [];
  const elapsed = () => state.now;
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', demo: false, destination });
  const [answering, metrics, addresses] = [createAnswering({}), createMetrics(), createClientAddresses(['127.0.0.1'])];
  const refuse = createRefuse({ answering, logger, elapsed, entropy: systemEntropy, metrics });
  const deps = { addresses, elapsed, metrics, refuse, accepting: () => accepting };
  const server = createServer(atEdge(deps, (_request, response) => answering.write(response, jsonAnswer(200, {}))));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (from: string, times: number): Promise<string[]> => {
    const request = `GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${from}\r\n`;
    const bytes = `${`${request}\r\n`.repeat(times - 1)}${request}Connection: close\r\n\r\n`;
    const { body, status } = await sendBytes(port, bytes);
    return [String(status), ...[...body.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, next]) => String(next))];
  };
  return { state, port, ask, lines, metrics };
}

const count = (statuses: readonly string[], status: string): number => statuses.filter((one) => one === status).length;

describe('requests of one address', () => {
  it('are limited, refilled evenly, and none of another address is refused for it', async () => {
    const { state, ask } = await edge();
    const first = await ask('198.51.100.7', 2_010);
    expect([count(first, '200'), count(first, '429')]).toEqual([2_000, 10]);
    expect(await ask('203.0.113.9', 1)).toEqual(['200']);
    state.now += 1_000;
    expect(count(await ask('198.51.100.7', 110), '200')).toBe(100);
  });

  it('are counted, and said in a few lines', async () => {
    const { state, ask, lines, metrics } = await edge();
    await ask('198.51.100.7', 2_300);
    expect(lines).toHaveLength(60);
    expect(await metrics.render()).toContain('buildpass_limited_total{limit="address"} 300');
    state.now += 1_000;
    await ask('198.51.100.7', 101);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ code: 'RATE_LIMITED', lines_left_out: 240 });
  });
});

describe('every answer', () => {
  it.each([
    [true, 'keep-alive'],
    [false, 'close'],
  ])('while accepting is %s leaves the connection: %s', async (accepting, connection) => {
    const { port } = await edge(accepting);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(response.headers.get('connection')).toBe(connection);
  });
});
