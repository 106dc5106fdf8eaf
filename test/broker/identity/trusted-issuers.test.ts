import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTrustedIssuers, type TrustedIssuer } from '../../../broker/identity/trusted-issuers.ts';
import { createAuthority } from '../../support/certificates.ts';
import type { Failure } from '../../support/github-failures.ts';
import { type GithubIssuerOptions, startGithubIssuer } from '../../support/github-issuer.ts';
import { SILENT, trusted } from '../../support/github-trust.ts';
import { serveOnLoopback } from '../../support/upstream-server.ts';

const clock = { now: () => 1_795_341_600_000 };
const create = (issuers: readonly TrustedIssuer[], fetchTimeout = 5000) =>
  createTrustedIssuers({ issuers, clock, logger: SILENT, fetchTimeout });
/** A short wait where nothing will come, and one that a busy machine keeps where something will. */
const patience = (failure: Failure) => (failure === 'slow' ? 50 : 5000);

async function start(options: GithubIssuerOptions = {}) {
  const server = await startGithubIssuer(options);
  onTestFinished(() => server.close());
  const issuer = trusted(server.url);
  const kid = String(server.header()['kid']);
  return { server, issuer, kid, keyFor: (failure: Failure) => create([issuer], patience(failure)).keyFor(issuer, kid) };
}

describe('trusted issuers', () => {
  test('are found by exactly their url', () => {
    const issuer = trusted('https://issuer.example/slug');
    const { find } = create([issuer]);
    expect(find('https://issuer.example/slug')).toBe(issuer);
    for (const other of [
      'https://issuer.example/slug/',
      'https://issuer.example',
      'https://issuer.example/slug/x',
      'https://ISSUER.example/slug',
      'https://issuer.example:443/slug',
      '',
    ]) {
      expect(find(other)).toBeUndefined();
    }
  });

  test('discovery and key set are asked once, whoever asks', async () => {
    const { server, issuer, kid } = await start();
    const { keyFor } = create([issuer]);
    const keys = await Promise.all(Array.from({ length: 20 }, () => keyFor(issuer, kid)));
    expect(new Set(keys).size).toBe(1);
    expect(server.requests).toEqual(['GET /.well-known/openid-configuration', 'GET /.well-known/jwks']);
  });

  test('a key of one issuer is no key of another', async () => {
    const [one, two] = [await start(), await start()];
    const { keyFor } = create([one.issuer, { ...two.issuer, name: 'ghes' }]);
    await keyFor(one.issuer, one.kid);
    await expect(keyFor(two.issuer, one.kid)).rejects.toMatchObject({ code: 'TOKEN_SIGNATURE_INVALID' });
  });

  test.for([
    'down',
    'slow',
    'error',
    'redirect',
    'huge',
    'html',
    'garbage',
    'wrong-issuer',
    'no-keys',
  ] satisfies Failure[])('%s: our trouble, with a time to come back', async (failure) => {
    const { server, keyFor } = await start();
    await server.fail(failure);
    await expect(keyFor(failure)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE', retryAfter: 1 });
  });

  test.for(['slow', 'error', 'redirect', 'huge', 'html', 'garbage', 'no-keys'] satisfies Failure[])(
    '%s at the key set alone: our trouble too',
    async (failure) => {
      const { server, keyFor } = await start();
      await server.fail(failure, 'jwks');
      await expect(keyFor(failure)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    },
  );

  test('an issuer in trouble stops its own jobs only', async () => {
    const [broken, well] = [await start(), await start()];
    const { keyFor } = create([broken.issuer, { ...well.issuer, name: 'ghes' }]);
    await broken.server.fail('error');
    await expect(keyFor(broken.issuer, broken.kid)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    await expect(keyFor(well.issuer, well.kid)).resolves.toBeDefined();
  });

  test('an issuer inside, with a certificate of its own, is asked where `private-network` and `ca-file` say so', async () => {
    const authority = createAuthority();
    const { server, issuer, kid } = await start({ tls: authority.serverTls() });
    const inside = { ...issuer, privateNetwork: true, authorities: authority.pem };
    await expect(create([inside]).keyFor(inside, kid)).resolves.toBeDefined();
    const { length } = server.requests;
    for (const refused of [
      { ...inside, privateNetwork: false },
      { ...issuer, privateNetwork: true },
    ])
      await expect(create([refused]).keyFor(refused, kid)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    expect(server.requests).toHaveLength(length);
  });

  test('a proxy of the environment is used', async () => {
    const tunnels: unknown[] = [];
    const proxy = createServer().on('connect', ({ url }, socket) => {
      tunnels.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const { port } = await serveOnLoopback(proxy);
    const proxies = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const issuer = trusted('https://issuer.example');
    const { keyFor } = createTrustedIssuers({ issuers: [issuer], clock, logger: SILENT, proxies });
    await expect(keyFor(issuer, 'a')).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    expect(tunnels).toEqual(['issuer.example:443']);
  });

  test('each document has five seconds', async () => {
    const { issuer, kid } = await start();
    const timer = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timer.mockRestore());
    await createTrustedIssuers({ issuers: [issuer], clock, logger: SILENT }).keyFor(issuer, kid);
    expect(timer.mock.calls.map(([, time]) => time).filter((time) => time !== undefined && time >= 1000)).toEqual([
      5000, 5000,
    ]);
  });

  test('are all asked ahead, at once, before the first token', async () => {
    const [one, two] = [await start(), await start()];
    const { refreshAhead, keyFor } = create([one.issuer, { ...two.issuer, name: 'ghes' }]);
    await refreshAhead();
    for (const { server, issuer, kid } of [one, two]) {
      await server.fail('down');
      await expect(keyFor(issuer, kid)).resolves.toBeDefined();
    }
  });

  test('say by their name when they cannot be asked, and when they can again', async () => {
    const { server, issuer } = await start();
    const time = { now: 0 };
    const said: unknown[] = [];
    const { refreshAhead } = createTrustedIssuers({
      issuers: [issuer],
      clock: { now: () => time.now },
      logger: {
        warn: (message, fields) => said.push([message, fields]),
        info: (message, fields) => said.push([message, fields]),
      },
      onKeyFetch: (name, failure) => said.push([name, failure]),
    });
    await server.fail('error');
    await refreshAhead();
    await server.recover();
    time.now += 1000;
    await refreshAhead();
    const error = new Error(`${server.url}/.well-known/openid-configuration answered with status 500`);
    expect(said).toEqual([
      ['the keys of an issuer cannot be fetched; those at hand count for an hour at most', { issuer: 'github', error }],
      ['github', { cause: error }],
      ['the keys of an issuer can be fetched again', { issuer: 'github' }],
      ['github', undefined],
    ]);
  });

  test('an issuer that is not on the list is never asked', async () => {
    const { server, kid } = await start();
    const { keyFor } = create([trusted('https://issuer.example')]);
    await expect(keyFor(trusted(server.url), kid)).rejects.toThrow('is not a trusted issuer');
    expect(server.requests).toEqual([]);
  });

  test.for([
    [[], '`issuers` is empty'],
    [
      [trusted('https://issuer.example'), trusted('https://issuer.example', { name: 'b' })],
      'two of `issuers` have the same url',
    ],
    [[trusted('https://issuer.example'), trusted('https://issuer.example/b')], 'two of `issuers` have the same name'],
  ] as const)('a list that could not be meant stops the start: %j', ([issuers, words]) => {
    expect(() => create(issuers)).toThrow(
      expect.objectContaining({ name: 'StartRefused', message: expect.stringContaining(words) }),
    );
  });
});
