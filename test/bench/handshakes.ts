// What a call over TLS takes by the broker's own client: on a connection of its own, whose handshake Node shortens by the session of
// the one before, and on one that is kept. On loopback: with a real system each handshake takes two round trips more.
import { createUpstreamFetch, type UpstreamFetch } from '../../broker/upstream/fetch.ts';
import { quantile, table } from './statistics.ts';
import type { Addresses } from './upstreams-world.ts';

const CALLS = 200;
const WARM_UP = 20;
const ASK = { method: 'POST', body: '{}', timeout: 10_000, maxBytes: 1_000 } as const;

export async function benchHandshakes({ port, authorities }: Addresses['secure']): Promise<string> {
  const url = `https://localhost:${port}/`;
  const options = { privateNetwork: true, authorities };
  const ways = [
    ['a connection each', createUpstreamFetch(options)],
    ['kept', createUpstreamFetch({ ...options, keepFor: 4_000 })],
  ] as const;
  const rows: string[][] = [];
  for (const [name, ask] of ways) rows.push([name, ...(await callTimes(ask, url))]);
  return table(['a call over TLS', 'p50 ms', 'p99 ms', 'CPU ms'], rows);
}

async function callTimes(ask: UpstreamFetch, url: string): Promise<string[]> {
  for (let at = 0; at < WARM_UP; at += 1) await ask(url, ASK);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let at = 0; at < CALLS; at += 1) {
    const began = performance.now();
    await ask(url, ASK);
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  const ascending = times.sort((a, b) => a - b);
  return [quantile(ascending, 0.5), quantile(ascending, 0.99), (user + system) / 1000 / CALLS].map((one) =>
    one.toFixed(2),
  );
}
