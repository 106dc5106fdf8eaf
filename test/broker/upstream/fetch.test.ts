import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createUpstreamFetch, fetchJson } from '../../../broker/upstream/fetch.ts';
import { createAuthority } from '../../support/certificates.ts';
import { freePort } from '../../support/free-port.ts';
import {
  authority,
  json,
  LIMITS,
  leadsTo,
  local,
  named,
  PRIVATE,
  PUBLIC,
  resolver,
} from '../../support/upstream-server.ts';

describe('asking for a document', () => {
  test('its bytes come back as they are, and nothing is sent but what it takes', async () => {
    const { get } = await local((request, response) => {
      json(response).end(JSON.stringify([request.method, Object.keys(request.headers).sort()]));
    });
    expect(JSON.parse(Buffer.from(await get()).toString())).toEqual([
      'GET',
      ['accept', 'accept-encoding', 'connection', 'host'],
    ]);
  });

  test.for([
    ['status 500', (response: ServerResponse) => response.writeHead(500).end('{}'), 'answered with status 500'],
    [
      'a redirect',
      (response: ServerResponse) => response.writeHead(302, { location: '/moved' }).end(),
      'answered with status 302',
    ],
    [
      'another content type',
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
      'answered with content type text/html',
    ],
    ['no content type', (response: ServerResponse) => response.end('{}'), 'answered with content type (none)'],
    [
      'a compressed body',
      (response: ServerResponse) => json(response.setHeader('content-encoding', 'gzip')).end(gzipSync('{}')),
      'answered in compressed form',
    ],
    [
      'a head of more than 16 KiB',
      (response: ServerResponse) => json(response.setHeader('x-more', 'x'.repeat(16 * 1024))).end('{}'),
      'gave no answer: Parse Error: Header overflow',
    ],
    [
      'a connection that ends half-way',
      (response: ServerResponse) => {
        json(response).write('{', () => response.destroy());
      },
      'gave no answer: aborted',
    ],
  ] as const)('%s is no answer', async ([, answer, words]) => {
    const { get, url, asked } = await local((_request, response) => void answer(response));
    await expect(get()).rejects.toThrow(`${url} ${words}`);
    expect(asked).toEqual(['GET /doc']);
  });

  test('a body that never ends is given up at the cap, and the transfer with it', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { get } = await local((_request, response) => {
      json(response);
      const more = () => response.write(Buffer.alloc(1024)) && setImmediate(more);
      response.on('drain', more).on('close', resolve);
      more();
    });
    await expect(get()).rejects.toThrow('more than 102400 bytes');
    await closed;
  });

  test('what counts is what arrives: the cap of a compressed body is that of its bytes', async () => {
    const { url } = await local((_request, response) => {
      json(response.setHeader('content-encoding', 'gzip')).end(gzipSync(Buffer.alloc(10_000_000)));
    });
    const { body } = await createUpstreamFetch(PUBLIC)(url, LIMITS);
    expect(body.length).toBeLessThan(LIMITS.maxBytes);
  });

  test('a document of exactly the cap is taken', async () => {
    const { get } = await local();
    await expect(get({ ...LIMITS, maxBytes: 7 })).resolves.toHaveLength(7);
    await expect(get({ ...LIMITS, maxBytes: 6 })).rejects.toThrow('more than 6 bytes');
  });

  test.for([
    ['the head', () => undefined],
    ['the body', (response: ServerResponse) => json(response).write('{')],
  ] as const)('the deadline covers %s', async ([, answer]) => {
    const { get, url } = await local((_request, response) => void answer(response));
    await expect(get({ ...LIMITS, timeout: 50 })).rejects.toThrow(`${url} did not answer within 50 ms`);
  });

  test.for([
    ['before it is asked', undefined],
    ['before the head', () => undefined],
    ['before the end of the body', (response: ServerResponse) => void json(response).write('{')],
  ] as const)('whoever asks may give up %s', async ([, answer]) => {
    const giving = new AbortController();
    if (answer === undefined) giving.abort();
    const { url, asked } = await local((_request, response) => {
      answer?.(response);
      giving.abort();
    });
    const ask = createUpstreamFetch(PUBLIC)(url, { ...LIMITS, signal: giving.signal });
    await expect(ask).rejects.toThrow(`${url} was given up before it answered`);
    expect(asked).toHaveLength(answer === undefined ? 0 : 1);
  });

  test('the deadline covers the name too', async () => {
    const silent = createUpstreamFetch({ ...PUBLIC, resolve: resolver(() => undefined) });
    await expect(fetchJson(silent, 'https://localhost/', { ...LIMITS, timeout: 50 })).rejects.toThrow('within 50 ms');
  });

  test('a method, headers and a body of ours are sent', async () => {
    const { url } = await local(async (request, response) => {
      response.writeHead(201, { 'x-kind': String(request.headers['x-kind']) });
      response.end(`${request.method} ${(await request.toArray()).join('')}`);
    });
    const request = { ...LIMITS, method: 'POST', headers: { 'x-kind': 'test' }, body: 'text' } as const;
    const { status, headers, body } = await createUpstreamFetch(PUBLIC)(url, request);
    expect([status, headers['x-kind'], body.toString()]).toEqual([201, 'test', 'POST text']);
  });

  test('what breaks after the head is no answer, and ends nothing else', async () => {
    const server = createRawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n');
      setImmediate(() => socket.write('no length\r\n'));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = fetchJson(createUpstreamFetch(PUBLIC), `http://127.0.0.1:${port}/`, LIMITS);
    await expect(asked).rejects.toThrow('gave no answer: ');
  });

  test('nobody there: the attempt fails with the reason', async () => {
    const asked = fetchJson(createUpstreamFetch(PUBLIC), `http://127.0.0.1:${await freePort()}/`, LIMITS);
    await expect(asked).rejects.toThrow('ECONNREFUSED');
  });
});

describe('where a connection may go', () => {
  test.for(['http://issuer.example/', 'http://10.0.0.7/', 'ftp://127.0.0.1/', 'https://a:b@127.0.0.1/', 'x'])(
    '%s is not asked at all',
    async (url) => {
      await expect(fetchJson(createUpstreamFetch(PRIVATE), url, LIMITS)).rejects.toThrow(
        `${url} is neither https nor a loopback address`,
      );
    },
  );

  test.for(['127.0.0.1', '10.0.0.7', '169.254.169.254', '::1', 'fd00::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1'])(
    'a name that leads to %s is not followed',
    async (address) => {
      const { asked, get } = await named();
      await expect(get({ ...PUBLIC, authorities: authority.pem }, address)).rejects.toThrow(`localhost is at`);
      expect(asked).toEqual([]);
    },
  );

  test('one such address among public ones spoils them all', async () => {
    const { get } = await named();
    await expect(get({ ...PUBLIC, authorities: authority.pem }, '140.82.112.3', '127.0.0.1')).rejects.toThrow(
      'localhost is at the loopback address 127.0.0.1: only `private-network: true` allows that',
    );
  });

  test('a name without an address is nowhere', async () => {
    const { get } = await named();
    await expect(get(PRIVATE)).rejects.toThrow('localhost has no address');
  });

  test('`private-network` opens the way to private and loopback addresses, and not to the metadata service', async () => {
    const { get, asked } = await named();
    await expect(get(PRIVATE, '127.0.0.1')).resolves.toHaveLength(7);
    await expect(get(PRIVATE, '169.254.169.254')).rejects.toThrow('where nothing is ever asked');
    expect(asked).toEqual(['GET /doc']);
  });

  test.for([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://10.0.0.7/',
    'https://169.254.169.254/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0/',
  ])('an address in place of a name is judged as well: %s', async (url) => {
    const never = resolver(() => expect.unreachable());
    await expect(fetchJson(createUpstreamFetch({ ...PUBLIC, resolve: never }), url, LIMITS)).rejects.toThrow(
      new RegExp(`^${url.replace(/[[\]/]/g, '\\$&')} is at `),
    );
  });

  test('http stays on this machine, wherever `localhost` leads', async () => {
    const { port } = new URL((await local()).url);
    const lost = createUpstreamFetch({ privateNetwork: true, resolve: leadsTo('10.0.0.7') });
    await expect(fetchJson(lost, `http://localhost:${port}/doc`, LIMITS)).rejects.toThrow(
      'localhost is at 10.0.0.7, which is not this machine: http never leaves it',
    );
    const found = createUpstreamFetch({ ...PUBLIC, resolve: leadsTo('127.0.0.1') });
    await expect(fetchJson(found, `http://localhost:${port}/doc`, LIMITS)).resolves.toHaveLength(7);
  });

  test('the name is looked up once, for the connection itself: a second meaning has no moment to slip in', async () => {
    const { url } = await named();
    const meanings = ['127.0.0.1', '169.254.169.254'];
    const rebinding = resolver((_name, _options, callback) =>
      callback(null, [{ address: meanings.shift() ?? expect.unreachable(), family: 4 }]),
    );
    await fetchJson(createUpstreamFetch({ ...PRIVATE, resolve: rebinding }), url, LIMITS);
    expect(meanings).toEqual(['169.254.169.254']);
  });
});

describe('who may answer', () => {
  test('a server whose certificate the named authority signed', async () => {
    const { get } = await named();
    await expect(get(PRIVATE, '127.0.0.1')).resolves.toHaveLength(7);
  });

  test.for([
    ['no authority is named', undefined],
    ['another authority is', createAuthority('Another authority').pem],
  ] as const)('nobody else: %s', async ([, authorities]) => {
    const { get, asked } = await named();
    await expect(get({ ...PRIVATE, authorities }, '127.0.0.1')).rejects.toThrow(/certificate/);
    expect(asked).toEqual([]);
  });

  test('an environment that turns the check off changes nothing', async () => {
    const { get } = await named();
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    });
    await expect(get({ ...PRIVATE, authorities: undefined }, '127.0.0.1')).rejects.toThrow(/certificate/);
  });

  test('a certificate for another name is none', async () => {
    const { get, asked } = await named(authority.serverTls('issuer.example'));
    await expect(get(PRIVATE, '127.0.0.1')).rejects.toThrow(/altnames/);
    expect(asked).toEqual([]);
  });
});
