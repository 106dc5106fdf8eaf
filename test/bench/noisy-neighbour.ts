// What a repository that asks ten times its share does to the others. Capacity is measured first; then nine quiet repositories ask
// at a steady rate of half their share each, alone and beside the noisy one, in pairs that take turns.
// The others' p99 may at most double. `npm run bench:noisy-neighbour`
import { BenchIssuer } from './jobs.ts';
import { closedLoop, type LoadResult, openLoop } from './load.ts';
import { ServeProcess } from './serve-process.ts';

const QUIET = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((at) => `70000${at}`);
const NOISY = '700000';
const PAIRS = Number(process.argv[2] ?? 5);
const SECONDS = 4;
const SHARES = QUIET.length + 1;

const issuer = await BenchIssuer.start();
const server = await ServeProcess.start({
  issuer: issuer.url,
  repositories: [NOISY, ...QUIET],
  more: 'limits: { requests-per-repository: 1000000/s, refused-share: 1 }',
});

const quantile = ({ latencies }: LoadResult, share: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
const figures = (result: LoadResult): string =>
  `p50 ${quantile(result, 0.5).toFixed(1)} ms, p99 ${quantile(result, 0.99).toFixed(1)} ms`;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Asks of all the quiet ones, one after the other. */
async function quietAsks(rate: number): Promise<Buffer[]> {
  const each = Math.ceil((rate * SECONDS) / QUIET.length);
  const lines = await Promise.all(QUIET.map((repository) => issuer.asks(each, repository)));
  return Array.from({ length: each }, (_, at) => lines.flatMap((line) => line[at] ?? [])).flat();
}

const warm = await issuer.asks(3_000, NOISY);
await closedLoop(server.port, warm.slice(0, 1_000), { callers: 32, seconds: 10 });
const full = await closedLoop(server.port, warm.slice(1_000), { callers: 64, seconds: 10 });
const capacity = full.answered / full.seconds;
const share = capacity / SHARES;
const quietRate = (share / 2) * QUIET.length;
const noisyRate = share * 10;
console.log(
  `capacity ${capacity.toFixed(0)}/s; the quiet ones ask ${quietRate.toFixed(0)}/s together, the noisy one ${noisyRate.toFixed(0)}/s`,
);
const ratios: number[] = [];
for (let pair = 1; pair <= PAIRS; pair += 1) {
  const alone = await openLoop(server.port, await quietAsks(quietRate), quietRate);
  const [asks, noise] = [await quietAsks(quietRate), await issuer.asks(Math.ceil(noisyRate * SECONDS), NOISY)];
  const [beside, noisy] = await Promise.all([
    openLoop(server.port, asks, quietRate),
    openLoop(server.port, noise, noisyRate),
  ]);
  ratios.push(quantile(beside, 0.99) / quantile(alone, 0.99));
  console.log(`${pair}: alone ${figures(alone)}; beside ${figures(beside)}, refused ${[...beside.refused]}`);
  console.log(`   the noisy one ${figures(noisy)}, answered ${noisy.answered}, refused ${[...noisy.refused]}`);
}
await server.stop();
issuer.close();
const ratio = median(ratios);
console.log(`p99 of the quiet ones beside the noisy one, times alone: median ${ratio.toFixed(2)} of ${ratios.length}`);
if (ratio > 2) process.exitCode = 1;
