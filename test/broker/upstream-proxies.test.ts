import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createUpstreamFetch, fetchJson } from '../../broker/upstream-fetch.ts';
import {
  LIMITS,
  leadsTo,
  local,
  named,
  PRIVATE,
  PUBLIC,
  resolver,
  serveOnLoopback,
} from '../support/upstream-server.ts';

describe('through a proxy', () => {
  /** Notes whom it is asked for, and connects to nobody. */
  async function proxy() {
    const tunnels: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const { port } = await serveOnLoopback(server);
    return { tunnels, address: `http://user:open-sesame@127.0.0.1:${port}` };
  }

  test('names are left to it: the proxy itself may be at a private address', async () => {
    const { tunnels, address } = await proxy();
    const never = resolver(() => expect.unreachable());
    const fetch = createUpstreamFetch({ ...PUBLIC, resolve: never, proxies: { HTTPS_PROXY: address } });
    const asked = fetchJson(fetch, 'https://issuer.example/doc', LIMITS);
    await expect(asked).rejects.toThrow('https://issuer.example/doc gave no answer: Failed to establish tunnel');
    await expect(asked).rejects.not.toThrow('open-sesame');
    expect(tunnels).toEqual(['issuer.example:443']);
  });

  test('an address in place of a name is still judged here', async () => {
    const { tunnels, address } = await proxy();
    const fetch = createUpstreamFetch({ ...PUBLIC, proxies: { HTTPS_PROXY: address } });
    await expect(fetchJson(fetch, 'https://169.254.169.254/', LIMITS)).rejects.toThrow('nothing is ever asked');
    expect(tunnels).toEqual([]);
  });

  test('a host of NO_PROXY is asked directly, and so is this machine', async () => {
    const { tunnels, address } = await proxy();
    const { url } = await named();
    const proxies = { https_proxy: address, no_proxy: 'localhost' };
    await fetchJson(createUpstreamFetch({ ...PRIVATE, resolve: leadsTo('127.0.0.1'), proxies }), url, LIMITS);
    const { url: near } = await local();
    await fetchJson(createUpstreamFetch({ ...PUBLIC, proxies: { HTTPS_PROXY: address } }), near, LIMITS);
    expect(tunnels).toEqual([]);
  });
});
