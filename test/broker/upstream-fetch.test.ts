import { describe, expect, onTestFinished, test } from 'vitest';
import { fetchJson } from '../../broker/upstream-fetch.ts';
import type { Failure } from '../support/github-failures.ts';
import { startGithubIssuer } from '../support/github-issuer.ts';

const LIMITS = { fetch: globalThis.fetch, timeout: 5000, maxBytes: 100 * 1024 };

async function start() {
  const server = await startGithubIssuer();
  onTestFinished(() => server.close());
  return { server, url: `${server.url}/.well-known/jwks` };
}

describe('fetching a document', () => {
  test('its bytes come back as they are', async () => {
    const { url } = await start();
    expect(JSON.parse(Buffer.from(await fetchJson(url, LIMITS)).toString())).toHaveProperty('keys');
  });

  test.for([
    ['error', 'answered with status 500'],
    ['redirect', 'answered with status 302'],
    ['html', 'answered with content type text/html'],
    ['huge', 'answered with more than 102400 bytes'],
  ] as const satisfies (readonly [Failure, string])[])('%s: %s', async ([failure, words]) => {
    const { server, url } = await start();
    await server.fail(failure);
    await expect(fetchJson(url, LIMITS)).rejects.toThrow(`${url} ${words}`);
    expect(server.requests).toEqual(['GET /.well-known/jwks']);
  });

  test('down: the attempt fails', async () => {
    const { server, url } = await start();
    await server.fail('down');
    await expect(fetchJson(url, LIMITS)).rejects.toThrow('fetch failed');
  });

  test('slow: the deadline ends it', async () => {
    const { server, url } = await start();
    await server.fail('slow');
    await expect(fetchJson(url, { ...LIMITS, timeout: 20 })).rejects.toThrow('timeout');
  });

  test('a body that never ends is given up at the cap, and the transfer is cancelled', async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024)),
      cancel: () => {
        cancelled = true;
      },
    });
    const fetch = async () => new Response(endless, { headers: { 'content-type': 'application/json' } });
    await expect(fetchJson('https://issuer.example/', { ...LIMITS, fetch })).rejects.toThrow('more than 102400 bytes');
    expect(cancelled).toBe(true);
  });

  test('the deadline covers the body too', async () => {
    const fetch = async (_url: string, { signal }: RequestInit) => {
      const stuck = new ReadableStream({
        start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
      });
      return new Response(stuck, { headers: { 'content-type': 'application/json' } });
    };
    await expect(fetchJson('https://issuer.example/', { ...LIMITS, fetch, timeout: 20 })).rejects.toThrow('timeout');
  });

  test('a document of exactly the cap is taken', async () => {
    const fetch = async () => Response.json('x'.repeat(98));
    await expect(fetchJson('https://issuer.example/', { ...LIMITS, fetch, maxBytes: 100 })).resolves.toHaveLength(100);
    await expect(fetchJson('https://issuer.example/', { ...LIMITS, fetch, maxBytes: 99 })).rejects.toThrow(
      'more than 99 bytes',
    );
  });

  test('an address without TLS is not asked', async () => {
    const fetch = () => expect.unreachable();
    await expect(fetchJson('http://issuer.example/', { ...LIMITS, fetch })).rejects.toThrow(
      'http://issuer.example/ is neither https nor a loopback address',
    );
  });
});
