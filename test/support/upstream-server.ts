// What the broker asks in tests: small servers on loopback, over http or https, and a resolver that leads where a test says.
import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createUpstreamFetch, fetchJson, type UpstreamOptions } from '../../broker/upstream/fetch.ts';
import { createAuthority } from './certificates.ts';

export const LIMITS = { timeout: 5000, maxBytes: 100 * 1024 };
export const authority = createAuthority();
export const PUBLIC: UpstreamOptions = { privateNetwork: false };
export const PRIVATE: UpstreamOptions = { privateNetwork: true, authorities: authority.pem };

export const json = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'application/json' });
const truly: RequestListener = (_request, response) => void json(response).end('{"a":1}');

/** Until the test ends; `asked` has what it was asked for. */
export async function serveOnLoopback(server: ReturnType<typeof createServer>, answer: RequestListener = truly) {
  const asked: string[] = [];
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, port: (server.address() as AddressInfo).port };
}

export async function local(answer?: RequestListener) {
  const { asked, port } = await serveOnLoopback(createServer(), answer);
  const url = `http://127.0.0.1:${port}/doc`;
  return { asked, url, port, get: (limits = LIMITS) => fetchJson(createUpstreamFetch(PUBLIC), url, limits) };
}

/** An https server whose name is `localhost`, and leads where the test says. */
export async function named(certificate = authority.serverTls()) {
  const { asked, port } = await serveOnLoopback(createTlsServer(certificate));
  const url = `https://localhost:${port}/doc`;
  const get = (options: UpstreamOptions, ...addresses: string[]) =>
    fetchJson(createUpstreamFetch({ ...options, resolve: leadsTo(...addresses) }), url, LIMITS);
  return { asked, url, get };
}

type Resolver = (name: string, options: object, callback: (error: null, found: object[]) => void) => void;

export const resolver = (resolve: Resolver) => resolve as unknown as typeof lookup;

/** A resolver with one answer. */
export const leadsTo = (...addresses: string[]) =>
  resolver((_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  );
