import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectionProblem } from '../../shared/connection-problem.ts';

const NO_TLS = 'what answers there does not speak TLS: is the address, with its port, right?';

async function plainPort(): Promise<number> {
  const server = createServer((_request, response) => response.end());
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

test('https at a port that speaks plain HTTP is told in words that can be read', async () => {
  const failure = await fetch(`https://127.0.0.1:${await plainPort()}/`).catch((error: unknown) => error);
  expect(connectionProblem(failure)).toBe(NO_TLS);
});

test('what is behind the error of fetch is told', () => {
  expect(connectionProblem(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe(
    'connect ECONNREFUSED',
  );
});

test('an error without a word is told by its code, or by its name', () => {
  const several = Object.assign(new AggregateError([new Error('::1'), new Error('127.0.0.1')]), {
    code: 'ECONNREFUSED',
  });
  expect(connectionProblem(new TypeError('fetch failed', { cause: several }))).toBe('ECONNREFUSED');
  expect(connectionProblem(new RangeError(''))).toBe('RangeError');
});

test('what is no error is told as it is', () => {
  expect(connectionProblem('gone')).toBe('gone');
});
