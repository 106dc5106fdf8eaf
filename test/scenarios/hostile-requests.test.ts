// What no well-behaved client sends to the token endpoint: each gets a plain no in the right form, and nothing of it comes back.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { FORM, type RawRequest, sendBytes, sendRaw } from '../support/raw-http.ts';
import { checkRefusal, refusalOf } from '../support/refusal-of.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
let token: string;
const secret = newSecret();
/** A form that would be granted. */
let good: string;
/** What is in every request, and must be in no answer and no log line. */
let withheld: string[];

beforeAll(async () => {
  broker = await TestBroker.start({ background: 'by-hand' });
  token = await broker.token();
  withheld = [secret, ...token.split('.').slice(1)];
  good = new URLSearchParams({
    grant_type: GRANT_TYPE,
    subject_token: token,
    subject_token_type: ID_TOKEN_TYPE,
    scope: 'shop/publish-preview',
    request_secret: secret,
  }).toString();
});
afterAll(() => broker.close());

const refused = (request: RawRequest) => refusalOf(broker.running.port, { body: good, ...request }, withheld);

describe('a form that would be granted, but', () => {
  it.each([
    ['&scope=shop/deploy', 'invalid_request', 'The parameter "scope" is there twice'],
    ['&%73cope=a/b', 'invalid_request', 'The parameter "scope" is there twice'],
    ['&subject_token=x', 'invalid_request', 'The parameter "subject_token" is there twice'],
    ['&resource=https://x.example', 'invalid_target', 'The parameter "resource" cannot be honoured'],
    ['&audience=x', 'invalid_target', 'The parameter "audience" cannot be honoured'],
    ['&requested_token_type=x', 'invalid_request', 'The parameter "requested_token_type" cannot be honoured'],
    ['&actor_token=x&actor_token_type=y', 'invalid_request', 'The parameter "actor_token" cannot be honoured'],
    ['&reason=%4', 'invalid_request', 'its percent-encoding or its UTF-8 is broken'],
    ['&reason=a%0Ab', 'invalid_request', 'The reason has control characters in it'],
    ['&ttl=1e3', 'invalid_request', 'The ttl "1e3" is not a number of whole seconds'],
  ])('with %s is %s', async (more, error, message) => {
    const refusal = await refused({ body: good + more });
    expect(refusal).toMatchObject({ status: 400, error, error_description: expect.stringContaining(message) });
  });

  it.each([
    ['token-exchange', 'ciba', 'unsupported_grant_type'],
    ['shop%2F', 'shop%2Fa+shop%2F', 'invalid_scope'],
    [secret, secret.slice(0, 21), 'invalid_request'],
  ])('with %s made %s is %s', async (from, to, error) => {
    expect(await refused({ body: good.replace(from, to) })).toMatchObject({ status: 400, error });
  });

  it.each(['', '&&=&', 'p=1&'.repeat(2), '%00=%00', Array.from({ length: 1000 }, (_, at) => `p${at}=1`).join('&')])(
    'with nothing of it there is invalid_request: %.20s',
    async (body) => {
      expect(await refused({ body })).toMatchObject({
        status: 400,
        error: 'invalid_request',
        code: 'PARAMETER_INVALID',
      });
    },
  );

  it('does not use the subject token up: that is for what was verified', async () => {
    const fresh = await broker.token();
    const form = good.replace(token, fresh);
    await refused({ body: `${form}&resource=x` });
    await refused({ body: form, headers: ['Content-Type: application/json'] });
    expect((await broker.ask({ token: fresh })).status).toBe(200);
  });

  it('may have parameters of other people, empty ones, and a client_id', async () => {
    const parameters = { client_id: 'ci', audience: '', constructor: '2', 'x.y[z]': '3' };
    expect((await broker.ask({ parameters })).status).toBe(200);
  });
});

describe('a body that is not a form', () => {
  it.each([
    ['JSON', ['Content-Type: application/json']],
    ['of no type', []],
    ['of several parts', ['Content-Type: multipart/form-data; boundary=x']],
    ['in Latin-1', [`${FORM}; charset=iso-8859-1`]],
    ['in UTF-16', [`${FORM}; charset=utf-16le`]],
    ['in a charset that is none', [`${FORM}; charset=x`]],
    ['said to be compressed', [FORM, 'Content-Encoding: br']],
    ['of a type with markup in it', ['Content-Type: text/html"><script>alert(1)</script>']],
  ])('is refused: %s', async (_what, headers) => {
    expect(await refused({ headers })).toMatchObject({
      status: 415,
      error: 'invalid_request',
      code: 'CONTENT_TYPE_UNSUPPORTED',
    });
  });

  it('is refused compressed, and never unpacked', async () => {
    const bomb = gzipSync('a'.repeat(10_000_000));
    const refusal = await refused({ headers: [FORM, 'Content-Encoding: gzip'], body: bomb });
    expect(refusal).toMatchObject({
      status: 415,
      error_description: 'The body must come as it is, without a Content-Encoding.',
    });
  });

  it('is refused where it is larger than 64 KiB, said beforehand or not', async () => {
    const large = 'x'.repeat(64 * 1024 + 1);
    const chunked = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    const head = `POST /v1/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answers = [
      await sendRaw(broker.running.port, { body: large }),
      await sendBytes(broker.running.port, head + chunked),
    ];
    for (const answer of answers)
      expect(checkRefusal(answer, 'oauth', withheld)).toMatchObject({
        status: 413,
        error: 'invalid_request',
        code: 'BODY_TOO_LARGE',
      });
  });

  it('of just 64 KiB is read', async () => {
    const padding = 'x'.repeat(64 * 1024 - good.length - '&ttl=x&y='.length);
    expect(await refused({ body: `${good}&ttl=x&y=${padding}` })).toMatchObject({
      status: 400,
      code: 'PARAMETER_INVALID',
    });
  });
});

describe('after all of it', () => {
  it('nothing is in the log, and nobody was called out of bed', async () => {
    const before = (await broker.entries()).length;
    for (const body of [`${good}&ttl=x`, 'grant_type=x']) await sendRaw(broker.running.port, { body });
    expect(await broker.entries()).toHaveLength(before);
    const lines = broker.logLines.filter((line) => line.includes('request not served'));
    expect(lines.filter((line) => !line.includes('"level":"info"'))).toEqual([]);
    for (const part of withheld) expect(lines.join('')).not.toContain(part);
  });
});
