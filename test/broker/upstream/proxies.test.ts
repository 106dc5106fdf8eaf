import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createUpstreamFetch, fetchJson } from '../../../broker/upstream/fetch.ts';
import {
  LIMITS,
  leadsTo,
  local,
  named,
  PRIVATE,
  PUBLIC,
  resolver,
  serveOnLoopback,
} from '../../support/upstream-server.ts';

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

  test('a tunnel that is kept leads to its own host alone', async () => {
    const tunnels: string[] = [];
    const { url } = await named();
    const server = createServer();
    server.on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      const onward = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    const { port } = await serveOnLoopback(server);
    const proxies = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const fetch = createUpstreamFetch({ ...PRIVATE, proxies, keepFor: 4_000 });
    await fetch(url, LIMITS);
    await fetch(url, LIMITS);
    await expect(fetch(url.replace('localhost', 'other.example'), LIMITS)).rejects.toThrow(/altnames/);
    expect(tunnels).toEqual([new URL(url).host, new URL(url.replace('localhost', 'other.example')).host]);
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
