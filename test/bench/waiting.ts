// Jobs that wait for people, a thousand at once, each on a connection of its own: the memory that they cost, what the store is
// asked meanwhile, and the time from a verdict until the job knows, and until it has its credential.
import { setTimeout as pause } from 'node:timers/promises';
import { PersonBrowser } from '../support/person-browser.ts';
import { BENCH_URL, type BenchIssuer } from './jobs.ts';
import { quantile, table } from './statistics.ts';
import { WaitingJob } from './waiting-job.ts';
import { WaitingProcess } from './waiting-process.ts';

const JOBS = 1_000;
const VERDICTS = 200;
const QUIET_SECONDS = 10;

export async function benchWaiting(issuer: BenchIssuer): Promise<string> {
  const broker = await WaitingProcess.start(issuer.url);
  const jobs: WaitingJob[] = [];
  for (let at = 0; at < JOBS; at += 1) jobs.push(await WaitingJob.ask(issuer, broker.port));
  const before = { memory: await broker.ask<number>('memory'), asked: await askedWhileQuiet(broker) };
  for (const job of jobs) await job.connect();
  // Every look at its request is behind it.
  await pause(2_000);
  const during = { memory: await broker.ask<number>('memory'), asked: await askedWhileQuiet(broker) };
  const times = await verdicts(broker, jobs.slice(0, VERDICTS));
  for (const job of jobs) job.leave();
  await broker.stop();
  return report({ before, during, times });
}

interface Moment {
  readonly memory: number;
  readonly asked: Counts;
}

interface Counts {
  readonly reads: number;
  readonly commits: number;
}

/** What the store is asked while nothing happens. */
async function askedWhileQuiet(broker: WaitingProcess): Promise<Counts> {
  const first = await broker.ask<Counts>('counts');
  await pause(QUIET_SECONDS * 1_000);
  const last = await broker.ask<Counts>('counts');
  return { reads: last.reads - first.reads, commits: last.commits - first.commits };
}

interface Times {
  readonly told: number[];
  readonly collected: number[];
}

/** One after the other, as people do; from the moment at which the verdict is sent. */
async function verdicts(broker: WaitingProcess, jobs: readonly WaitingJob[]): Promise<Times> {
  const target = { origin: `http://127.0.0.1:${broker.port}`, config: { url: BENCH_URL } };
  const alex = new PersonBrowser(target as unknown as ConstructorParameters<typeof PersonBrowser>[0]);
  await alex.visit(await broker.ask<string>('link'));
  const times: Times = { told: [], collected: [] };
  for (const job of jobs) {
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    const collecting = await job.prepareToCollect();
    const began = performance.now();
    const verdict = { verdict: 'approve', binding: body.approval.binding };
    const [{ status }] = await Promise.all([
      alex.post(`/v1/requests/${job.id}/verdicts`, verdict),
      job.told().then(async () => {
        times.told.push(performance.now() - began);
        await collecting();
        times.collected.push(performance.now() - began);
      }),
    ]);
    if (status !== 200) throw new Error(`the verdict was answered with ${status}`);
  }
  return times;
}

interface Reported {
  readonly before: Moment;
  readonly during: Moment;
  readonly times: Times;
}

function report({ before, during, times }: Reported): string {
  const megabytes = (during.memory - before.memory) / 1e6;
  const ways = [
    ['told', times.told],
    ['collected', times.collected],
  ] as const;
  const rows = ways.map(([what, all]) => {
    const ascending = all.toSorted((a, b) => a - b);
    return [what, ...[0.5, 0.99, 1].map((share) => quantile(ascending, share).toFixed(1))];
  });
  return [
    `${JOBS} jobs that wait cost ${megabytes.toFixed(1)} MB of resident memory (${(before.memory / 1e6).toFixed(0)} MB before, ${(during.memory / 1e6).toFixed(0)} MB with them); the goal is less than 100 MB`,
    `in ${QUIET_SECONDS} s the store was read ${during.asked.reads} times and committed to ${during.asked.commits} times with them, ${before.asked.reads} and ${before.asked.commits} times without: the background work`,
    '',
    table(['from a verdict, ms', 'p50', 'p99', 'most'], rows),
    '',
    `${VERDICTS} verdicts with ${JOBS} jobs waiting; the goal is a p99 of 2 s`,
  ].join('\n');
}
