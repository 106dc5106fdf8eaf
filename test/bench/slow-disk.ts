// What a disk that takes five milliseconds longer for each COMMIT leaves of the throughput.

import { startOurs } from './issuances.ts';
import type { BenchIssuer } from './jobs.ts';
import { closedLoop } from './load.ts';
import { pin } from './process-meter.ts';
import { spread, table } from './statistics.ts';

const CALLERS = 256;
const ASKS = 2_500;
const ROUNDS = 3;

export async function benchSlowDisk(issuer: BenchIssuer): Promise<string> {
  const servers = [
    { name: 'this disk', server: await startOurs(issuer), perSecond: [] as number[] },
    {
      name: '5 ms more a COMMIT',
      server: await startOurs(issuer, ['--import', new URL('./slow-commits.ts', import.meta.url).href]),
      perSecond: [] as number[],
    },
  ];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { server, perSecond } of servers) {
      pin(server.pid, '0');
      const { answered, seconds } = await closedLoop(server.port, await issuer.asks(ASKS), {
        callers: CALLERS,
        seconds: 30,
      });
      // The first round is for warming up.
      if (round > 0) perSecond.push(answered / seconds);
    }
  }
  for (const { server } of servers) await server.stop();
  const [fast = [], slow = []] = servers.map(({ perSecond }) => perSecond);
  const shares = slow.map((value, at) => (value / (fast[at] ?? Number.NaN)) * 100);
  const rows = servers.map(({ name, perSecond }) => [name, spread(perSecond)]);
  return `${table(['store', 'issuances/s'], rows)}\n\nof the throughput is left, round by round: ${spread(shares)} %`;
}
