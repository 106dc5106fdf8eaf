// Bytes that are hardly HTTP, or could be read in two ways: each gets a code, also where Node's parser refuses them before any
// route, and the broker goes on.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORM, sendBytes } from '../support/raw-http.ts';
import { checkRefusal } from '../support/refusal-of.ts';
import { TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start({ background: 'by-hand' });
});
afterAll(() => broker.close());

const get = (...headers: string[]): string => `${['GET /log/key HTTP/1.1', ...headers].join('\r\n')}\r\n\r\n`;
const post = (headers: string[], body: string): string =>
  `${['POST /v1/token HTTP/1.1', 'Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const LENGTH = 'Content-Length: 5';

const REFUSED: [what: string, bytes: string, ...outcome: [status: number, code: string]][] = [
  ['no HTTP at all', 'EHLO broker\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'REQUEST_MALFORMED'],
  ['zeros', '\0'.repeat(1000), 400, 'REQUEST_MALFORMED'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['HTTP/0.9', 'GET /healthz\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['HTTP/9.9', 'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['a method that nobody knows', 'BREW /v1/token HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['a method in small letters', 'get /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'],
  ['a target that is no path', 'GET evil HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['another scheme', 'GET ftp://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['a script as target', 'GET javascript:alert(1) HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['no host', get('Connection: close'), 400, 'REQUEST_MALFORMED'],
  ['two hosts', get('Host: a', 'Host: b', 'Connection: close'), 400, 'REQUEST_MALFORMED'],
  ['two hosts that agree', get('Host: a', 'hOsT: a', 'Connection: close'), 400, 'REQUEST_MALFORMED'],
  ['a header with a bare line feed', 'GET /healthz HTTP/1.1\r\nHost: x\nX: y\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['a header without a colon', get('Host: x', 'nonsense'), 400, 'REQUEST_MALFORMED'],
  ['a folded header', get('Host: x', 'X: a', ' b'), 400, 'REQUEST_MALFORMED'],
  ['a space before the colon', get('Host : x'), 400, 'REQUEST_MALFORMED'],
  ['a header named by nothing', get('Host: x', ': y'), 400, 'REQUEST_MALFORMED'],
  ['a zero in a header', get('Host: x', 'X: \0'), 400, 'REQUEST_MALFORMED'],
  ['headers of more than 16 KiB', get('Host: x', `X: ${'a'.repeat(16 * 1024)}`), 431, 'HEADERS_TOO_LARGE'],
  ['a target of more than 16 KiB', `GET /${'a'.repeat(17 * 1024)} HTTP/1.1\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
  [
    'a flood of headers',
    get('Host: x', 'Connection: close', ...Array.from({ length: 2100 }, (_, at) => `a${at % 10}:`)),
    431,
    'HEADERS_TOO_LARGE',
  ],
  ['an expectation', post([FORM, LENGTH, 'Expect: the-unexpected'], 'abcde'), 400, 'REQUEST_MALFORMED'],
  ['two authorizations', get('Host: x', 'Authorization: a', 'Authorization: b'), 400, 'REQUEST_MALFORMED'],
  ['a length and chunks', post([FORM, LENGTH, CHUNKED], '0\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
  ['chunks and a length', post([FORM, CHUNKED, LENGTH], '0\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
  ['two lengths', post([FORM, LENGTH, 'Content-Length: 6'], 'abcde'), 400, 'REQUEST_MALFORMED'],
  ['a length that is none', post([FORM, 'Content-Length: -5'], 'abcde'), 400, 'REQUEST_MALFORMED'],
  ['a length in hex', post([FORM, 'Content-Length: 0x5'], 'abcde'), 400, 'REQUEST_MALFORMED'],
  ['a length in two parts', post([FORM, 'Content-Length: 5, 5'], 'abcde'), 400, 'REQUEST_MALFORMED'],
  ['a length that overflows', post([FORM, `Content-Length: ${'9'.repeat(30)}`], ''), 400, 'REQUEST_MALFORMED'],
  ['chunks within chunks', post([FORM, 'Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
  ['chunks not last', post([FORM, 'Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
  ['chunks misspelt', post([FORM, 'Transfer-Encoding: xchunked'], '0\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
  ['a chunk that is none', post([FORM, CHUNKED], 'zz\r\nabc\r\n'), 400, 'REQUEST_MALFORMED'],
  ['a chunk of negative size', post([FORM, CHUNKED], '-1\r\nabc\r\n'), 400, 'REQUEST_MALFORMED'],
  ['a chunk larger than any', post([FORM, CHUNKED], `${'f'.repeat(20)}\r\nabc\r\n`), 400, 'REQUEST_MALFORMED'],
  ['a chunk that goes on after its end', post([FORM, CHUNKED], '1\r\nabc\r\n0\r\n\r\n'), 400, 'REQUEST_MALFORMED'],
  ['endless extensions of a chunk', post([FORM, CHUNKED], `1;${'x'.repeat(20_000)}\r\n`), 413, 'BODY_TOO_LARGE'],
];

describe('bytes that are hardly HTTP', () => {
  it.each(REFUSED)('are refused with a code: %s', async (_what, bytes, ...outcome) => {
    const [status, code] = outcome;
    const answer = await sendBytes(broker.running.port, bytes);
    expect(checkRefusal(answer, 'problem')).toMatchObject({ status, code });
  });
});

describe('a header that could be read in two ways', () => {
  it.each([
    ['two content types', [FORM, FORM]],
    ['two authorizations', [FORM, 'Authorization: a', 'authorization: b']],
    ['more than a hundred', [FORM, ...Array.from({ length: 100 }, (_, at) => `X-${at}: 1`)]],
  ])('is refused at the token endpoint in its own form: %s', async (_what, headers) => {
    const answer = await sendBytes(broker.running.port, post([...headers, LENGTH], 'abcde'));
    expect(checkRefusal(answer, 'oauth')).toMatchObject({ error: 'invalid_request' });
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('several requests on one connection', () => {
  it('are answered in their order, up to one that could be read in two ways', async () => {
    const good = get('Host: x');
    const text = await everything(good + good.replace('key', 'no') + get('Host: x', 'Host: y') + good);
    expect(statusesIn(text)).toEqual(['200', '404', '400']);
  });

  it('end with the first that is none, and no answer is cut into by another', async () => {
    const text = await everything(`${get('Host: x')}rubbish\r\n\r\n`);
    expect(['200', '200,400']).toContain(statusesIn(text).join());
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('cannot be smuggled in a body', async () => {
    const inner = 'GET /log/key HTTP/1.1\r\nHost: x\r\n\r\n';
    const outer = `POST /v1/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${FORM}\r\n`;
    const text = await everything(`${outer}Content-Length: ${inner.length}\r\n\r\n${inner}`);
    expect(statusesIn(text)).toEqual(['400']);
  });
});

describe('what a client may do all the same', () => {
  it.each([
    ['ask to go on', 'Expect: 100-continue', 'HTTP/1.1 100 Continue'],
    ['offer another protocol, which is not taken up', 'Upgrade: websocket', 'HTTP/1.1 415'],
    ['offer HTTP/2, which is not taken up', 'Upgrade: h2c', 'HTTP/1.1 415'],
  ])('is %s', async (_what, header, begin) => {
    const text = await everything(post([header, 'Content-Type: text/plain', LENGTH], 'abcde'));
    expect(text.slice(0, begin.length)).toBe(begin);
    expect(text).toContain('"code":"CONTENT_TYPE_UNSUPPORTED"');
  });

  it('is to hang up in the middle, at any byte', async () => {
    const whole = post([FORM, 'Content-Length: 500'], 'grant_type=x');
    for (let end = 0; end < whole.length; end += 7) await hangUp(whole.slice(0, end));
    expect((await broker.ask()).status).toBe(200);
  });
});

const statusesIn = (text: string): (string | undefined)[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

/** What came until the other side closed. */
async function everything(bytes: string): Promise<string> {
  const socket = connect(broker.running.port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

async function hangUp(bytes: string): Promise<void> {
  const socket = connect(broker.running.port, '127.0.0.1');
  await new Promise<void>((resolve) => socket.end(bytes, resolve));
  for await (const _chunk of socket);
}
