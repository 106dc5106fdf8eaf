// Which way the requests go: through the proxy that the job's environment names, but never to the machine itself by it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { issued } from '../support/broker-answers.ts';
import { BrokerDouble } from '../support/broker-double.ts';
import { runStep } from '../support/run-action.ts';
import { FAST_FORWARD } from './tell.ts';

let broker: BrokerDouble;
let asked: string[];
const proxy = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(502).end();
});
proxy.on('connect', (request, socket) => {
  asked.push(`CONNECT ${request.url}`);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});

beforeEach(async () => {
  asked = [];
  broker = await BrokerDouble.start();
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(async () => {
  await broker.close();
  proxy.close();
});

const through = (): Record<string, string> => {
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return { https_proxy: address, http_proxy: address };
};

test('the broker is asked through the proxy of the environment', async () => {
  const inputs = { 'broker-url': 'https://buildpass.example.com', audience: broker.url };
  const { stdout } = await runStep(broker, { inputs, environment: { ...through(), ...FAST_FORWARD } });
  expect(asked).toEqual(Array(5).fill('CONNECT buildpass.example.com:443'));
  expect(stdout).toContain(
    'https://buildpass.example.com could not be reached (tunneling socket could not be established, statusCode=502)',
  );
});

test('a loopback broker is asked directly', async () => {
  broker.answer('POST /v1/token', issued());
  const { exitCode } = await runStep(broker, { environment: through() });
  expect(exitCode).toBe(0);
  expect(asked).toEqual([]);
});
