import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import type { Store } from '../../../broker/store/store.ts';
import { type PageServer, servePages } from './pages/page-server.ts';

/** `fetch` would not send another Host. */
const statusOf = (url: string, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject).end();
  });

describe.each([
  [true, 404],
  [false, 200],
])('where demo is %s', (demo, elsewhere) => {
  let store: Store;
  let server: PageServer;
  beforeAll(async () => {
    store = await openSqliteStore({ path: ':memory:', clock: { now: () => 0 } });
    server = await servePages({ store, demo });
  });
  afterAll(async () => {
    await server.close();
    await store.close();
  });

  it('programs are answered on the broker’s own host', async () => {
    const { host } = new URL(server.url);
    expect(await statusOf(`${server.url}/healthz`, { host })).toBe(200);
    expect(await statusOf(`${server.url}/healthz`, { host, origin: server.url })).toBe(200);
  });

  it(`programs that ask for another host get ${elsewhere}`, async () => {
    expect(await statusOf(`${server.url}/healthz`, { host: 'evil.example' })).toBe(elsewhere);
  });

  it(`pages of another origin that ask get ${elsewhere}`, async () => {
    const { host } = new URL(server.url);
    expect(await statusOf(`${server.url}/healthz`, { host, origin: 'https://evil.example' })).toBe(elsewhere);
    expect(await statusOf(`${server.url}/healthz`, { host, origin: 'null' })).toBe(elsewhere);
  });
});
