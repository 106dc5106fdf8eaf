// Whether memory holds under a hundred thousand bad requests: rubbish, floods, unsigned and forged tokens, each from an address of
// its own. Resident memory may grow by 20 MB from the 10,000th to the 100,000th. `npm run bench:bad-requests`
import { randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { FORM } from '../support/raw-http.ts';
import { BenchIssuer, repositoryId } from './jobs.ts';
import { ServeProcess } from './serve-process.ts';

const AT = [10_000, 50_000, 100_000];
const MAX_GROWTH = 20 * 1024 * 1024;
/** Left to itself, V8 lets garbage of closed connections lie until the heap is four times what lives: that is no leak. */
const COLLECT_SOON = ['--max-semi-space-size=8', '--heap-growing-percent=50'];
const CALLERS = 16;
const MB = 1024 * 1024;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const word = (): string => randomBytes(12).toString('base64url');
const address = (): string => Array.from({ length: 4 }, () => randomInt(1, 255)).join('.');

function post(path: string, body: string, headers: readonly string[] = [FORM]): string {
  const lines = [`POST ${path} HTTP/1.1`, 'Host: x', `X-Forwarded-For: ${address()}`, ...headers];
  return `${lines.join('\r\n')}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

const form = (token: string): string =>
  `grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:id_token&scope=shop/${word()}&request_secret=${word()}${word()}&subject_token=${token}`;

/** Of a key, an issuer and a signature that nobody knows. */
const forged = (issuer: string): string =>
  [encoded({ alg: 'RS256', typ: 'JWT', kid: word() }), encoded({ iss: issuer, aud: word(), jti: word() }), word()].join(
    '.',
  );

function badRequests(issuer: string): (() => string | Uint8Array)[] {
  return [
    () => randomBytes(200),
    () => post('/v1/token', form('.'.repeat(16_000))),
    () => post('/v1/token', form(forged(issuer))),
    () => post('/v1/token', form(forged(`https://${word()}.example`))),
    () => post('/v1/token', form(word())),
    () => post('/v1/token', `scope=${word()}&scope=${word()}`),
    () => post('/v1/token', `${word()}=${word()}&__proto__=1&constructor=2`),
    () => post('/v1/token', '{}', ['Content-Type: application/json']),
    () => post('/v1/explain', 'scope=a/b', [FORM, `Authorization: Bearer ${forged(issuer)}`]),
    () => post(`/${word()}/${word()}`, ''),
    () => `GET /${word()} HTTP/1.1\r\nHost: ${word()}\r\nConnection: close\r\n\r\n`,
    () => `${word().slice(0, 6)} / HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${`X-${word()}: 1\r\n`.repeat(120)}\r\n`,
    () => `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`,
    () =>
      `DELETE /v1/leases/${word()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${forged(issuer)}\r\n\r\n`,
    () =>
      `DELETE /v1/leases/${word()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${word()}${word()}\r\n\r\n`,
  ];
}

/** A megabyte of dots; a hundred of them are enough to see whether they stay. */
const dots = (): string => post('/v1/token', `subject_token=${'.'.repeat(MB)}`);

/** Sent, and read to the end; a status of 500 and more is what must never come. */
async function send(port: number, bytes: string | Uint8Array): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let head = '';
  socket.on('data', (chunk) => {
    head ||= chunk.toString('latin1', 0, 12);
  });
  socket.setTimeout(2_000, () => socket.destroy());
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  if (head.startsWith('HTTP/1.1 5')) throw new Error(`a bad request was answered ${head}`);
}

const issuer = await BenchIssuer.start();
const server = await ServeProcess.start({
  ...{ issuer: issuer.url, repositories: [repositoryId(0)], flags: COLLECT_SOON, behindProxy: true },
});
const kinds = badRequests(issuer.url);
const memory: number[] = [];
let sent = 0;
for (const until of AT) {
  const caller = async (): Promise<void> => {
    while (sent < until) {
      sent += 1;
      await send(server.port, sent % 1_000 === 0 ? dots() : (kinds[sent % kinds.length]?.() ?? ''));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  memory.push(await server.residentMemory());
  console.log(`after ${String(until).padStart(7)} bad requests: ${((memory.at(-1) ?? 0) / MB).toFixed(1)} MB`);
}
await server.stop();
issuer.close();
const growth = (memory.at(-1) ?? 0) - (memory[0] ?? 0);
console.log(`grown by ${(growth / MB).toFixed(1)} MB; at most ${MAX_GROWTH / MB} MB`);
if (growth > MAX_GROWTH) process.exitCode = 1;
