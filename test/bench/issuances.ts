// Issuances over HTTP, beside the naive server: in pairs that take turns, each server on the same core. The whole path of ours:
// tokens verified and used up, policy, limits, metrics, durable commits, the log and its receipts.
import { bareCryptoMicros } from './bare-crypto.ts';
import { type BenchIssuer, REPOSITORIES, repositoryId } from './jobs.ts';
import { closedLoop, type LoadResult, openLoop } from './load.ts';
import { NaiveProcess } from './naive-process.ts';
import { cpuSeconds, pin } from './process-meter.ts';
import { ServeProcess } from './serve-process.ts';
import { median, quantile, spread, table } from './statistics.ts';

const CALLERS = 64;
const RATES = [500, 1_000];
const WARM_UP = 4_000;

export interface IssuanceOptions {
  readonly pairs: number;
  /** of each round */
  readonly seconds: number;
}

interface Server {
  readonly port: number;
  readonly pid: number;
}

interface Figures {
  readonly perSecond: number[];
  /** microseconds of CPU an issuance */
  readonly cpu: number[];
  readonly p50: number[];
  readonly p99: number[];
  /** where each ask has a connection of its own */
  readonly anew: { readonly perSecond: number[]; readonly p50: number[]; readonly p99: number[] };
  /** by rate */
  readonly open: Map<number, { p50: number[]; p99: number[]; refused: number }>;
}

const noFigures = (): Figures => ({
  ...{ perSecond: [], cpu: [], p50: [], p99: [], anew: { perSecond: [], p50: [], p99: [] } },
  open: new Map(RATES.map((rate) => [rate, { p50: [], p99: [], refused: 0 }])),
});

export const startOurs = (issuer: BenchIssuer, flags: readonly string[] = []): Promise<ServeProcess> =>
  ServeProcess.start({
    issuer: issuer.url,
    repositories: Array.from({ length: REPOSITORIES }, (_, at) => repositoryId(at)),
    more: 'limits: { requests-per-repository: 1000000/s, refused-share: 1 }\nlog: { anchor-file: ./anchor }',
    flags,
  });

export async function benchIssuances(issuer: BenchIssuer, { pairs, seconds }: IssuanceOptions): Promise<string> {
  const [ours, naive] = [await startOurs(issuer), await NaiveProcess.start(issuer.url)];
  const servers = [
    { name: 'naive', server: naive, figures: noFigures() },
    { name: 'buildpass', server: ours, figures: noFigures() },
  ];
  const crypto: number[] = [];
  for (const { server } of servers)
    await closedLoop(server.port, await asks(issuer, WARM_UP), { callers: CALLERS, seconds: 60 });
  for (let pair = 0; pair < pairs; pair += 1) {
    crypto.push(bareCryptoMicros());
    for (const { server, figures } of pair % 2 === 0 ? servers : servers.toReversed()) {
      pin(server.pid, '0');
      await measure(issuer, server, { figures, seconds });
    }
  }
  const [delay, memory] = [
    await ours.metric('buildpass_event_loop_delay_seconds{quantile="0.99"}'),
    await ours.residentMemory(),
  ];
  await ours.stop();
  await naive.stop();
  return report(servers, crypto, { delay, memory });
}

async function measure(
  issuer: BenchIssuer,
  server: Server,
  { figures, seconds }: { figures: Figures; seconds: number },
): Promise<void> {
  const closed = await asks(issuer, seconds * MOST_A_SECOND);
  const before = cpuSeconds(server.pid);
  const result = await closedLoop(server.port, closed, { callers: CALLERS, seconds });
  figures.perSecond.push(result.answered / result.seconds);
  figures.cpu.push(((cpuSeconds(server.pid) - before) / result.answered) * 1e6);
  keep(figures, result);
  const { anew } = figures;
  const each = await asks(issuer, seconds * MOST_A_SECOND);
  const apart = await closedLoop(server.port, each, { callers: CALLERS, seconds, anew: true });
  anew.perSecond.push(apart.answered / apart.seconds);
  keep(anew, apart);
  for (const [rate, open] of figures.open) {
    const steady = await openLoop(server.port, await asks(issuer, rate * seconds), rate);
    keep(open, steady);
    open.refused += steady.latencies.length - steady.answered;
  }
}

/** More than any server here answers: a round ends by its time. */
const MOST_A_SECOND = 5_000;

function keep(figures: { p50: number[]; p99: number[] }, { latencies }: LoadResult): void {
  figures.p50.push(quantile(latencies, 0.5));
  figures.p99.push(quantile(latencies, 0.99));
}

/** Signed on every core, and asked from all but the first. */
async function asks(issuer: BenchIssuer, count: number): Promise<Buffer[]> {
  pin(process.pid, '0-1023');
  const made = await issuer.asks(count);
  pin(process.pid, '1-1023');
  return made;
}

function report(
  servers: readonly { name: string; figures: Figures }[],
  crypto: readonly number[],
  { delay, memory }: { delay: number; memory: number },
): string {
  const rows = servers.map(({ name, figures }) => [
    name,
    ...[spread(figures.perSecond), spread(figures.cpu), spread(figures.p50, 1), spread(figures.p99, 1)],
    `${spread(figures.anew.perSecond)}; ${spread(figures.anew.p50, 1)} / ${spread(figures.anew.p99, 1)}`,
    ...[...figures.open.values()].map(
      ({ p50, p99, refused }) => `${spread(p50, 1)} / ${spread(p99, 1)}, ${refused} refused`,
    ),
  ]);
  const open = RATES.map((rate) => `${rate}/s: p50 / p99 ms`);
  const head = ['server', 'issuances/s', 'CPU µs', 'p50 ms', 'p99 ms', 'a connection each: /s; p50 / p99 ms', ...open];
  const [naive, ours] = servers.map(({ figures }) => figures);
  const ratios = (ours?.perSecond ?? []).map((value, at) => value / (naive?.perSecond[at] ?? Number.NaN));
  const share = (median(crypto) / median(ours?.cpu ?? [])) * 100;
  return [
    table(head, rows),
    '',
    `bare crypto ${spread(crypto)} µs: an issuance of ours reaches ${share.toFixed(0)} % of that limit; times the naive server, pair by pair: ${spread(ratios, 2)}`,
    `event-loop delay p99 ${(delay * 1000).toFixed(0)} ms over the whole run; resident memory at its end ${(memory / 1e6).toFixed(0)} MB`,
  ].join('\n');
}
