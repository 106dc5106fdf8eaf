// `demo` (npm start): a working broker with an issuer of its own, three jobs that show what it does, and pages to look at.
// It listens on loopback only, marks its store, and says on every page and in every log line that it is a demo.
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { startBroker } from '../broker.ts';
import type { RunningBroker } from '../broker-options.ts';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { prepareDemoData } from '../demo/data.ts';
import { type DemoIssuer, startDemoIssuer } from '../demo/issuer.ts';
import { demoJobs } from '../demo/jobs.ts';
import { DEMO_PEOPLE } from '../demo/people.ts';
import { visit } from '../demo/tour.ts';
import { pauseList } from '../issuance/access-answers.ts';
import { verifyStore } from '../log/verify-store.ts';
import { lockStore } from '../store/sqlite.ts';
import { createLogger } from '../telemetry/logger.ts';
import { formatFinding } from '../yaml/strict-yaml.ts';
import { type Command, type Io, UsageError } from './command.ts';
import { createKeys } from './keys.ts';
import { stopped } from './serve.ts';

const DEFAULT_PORT = 8080;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const command: Command = {
  name: 'demo',
  summary: 'a working broker on this machine, with three jobs that show what it does (npm start)',
  usage: 'demo [--port N]',
  about:
    'Starts a broker on loopback with SQLite in ./demo-data, example policies and an issuer of its own; runs the bundled action for a job that is allowed, one on the wrong branch, and one that somebody must approve; and stays up with pages to look at. Nothing in it is for real use: `serve` refuses its store.',
  examples: ['npm start', 'npm start -- --port 9000'],
  options: { port: { type: 'string', value: 'N', about: `port on 127.0.0.1 (default ${DEFAULT_PORT})` } },
  async run({ io, option }) {
    const port = parsePort(option('port'));
    const stop = io.stopSignal();
    const issuer = await startDemoIssuer();
    try {
      await runDemo(io, { port, issuer, stop });
    } finally {
      await issuer.close();
    }
    return 0;
  },
};

interface DemoRun {
  readonly port: number;
  readonly issuer: DemoIssuer;
  readonly stop: AbortSignal;
}

async function runDemo(io: Io, { port, issuer, stop }: DemoRun): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  // A log belongs to one origin, so each port has a store of its own.
  const directory = join(process.cwd(), 'demo-data', ...(port === DEFAULT_PORT ? [] : [`port-${port}`]));
  // Before anything is written: a demo that runs on it already must not find its configuration changed.
  if (existsSync(join(directory, 'buildpass.db'))) lockStore(join(directory, 'buildpass.db'))();
  const data = prepareDemoData(directory, { url, issuerUrl: issuer.url });
  const config = await loadConfig(data.configFile);
  if (data.fresh) await createKeys(config, { demo: true });
  const logger = createLogger({ level: 'warn', demo: true });
  io.onCrash((error) => logger.error('the broker ends: an error that nobody foresaw', { error }));
  const broker = await startBroker({ config, logger, demo: true, demoPeople: DEMO_PEOPLE });
  const watcher = watchPolicies(io, config.policies.directory, broker);
  const leaving = new AbortController();
  let waiting: Promise<void> = Promise.resolve();
  try {
    ({ waiting } = await tour(io, { url, issuer, directory, broker, leaving: leaving.signal }));
    await sayWhatNext(io, { url, broker, configFile: data.configFile });
    await stopped(stop);
  } finally {
    watcher.close();
    // The job that waits takes its request back, as a cancelled one does.
    leaving.abort();
    await waiting;
    await broker.close();
  }
}

interface Tour {
  readonly url: string;
  readonly issuer: DemoIssuer;
  readonly directory: string;
  readonly broker: RunningBroker;
  readonly leaving: AbortSignal;
}

const PAUSED =
  'Something is paused, from an earlier run: a job that it concerns asks again for a minute, and gets nothing. To go on takes two: `buildpass resume` here, and Sam on the page Access.';

/** Runs the jobs one after the other; the last one may wait for somebody to approve it, and goes on meanwhile. */
async function tour(io: Io, { url, issuer, directory, broker, leaving }: Tour): Promise<{ waiting: Promise<void> }> {
  io.out(`Buildpass demo: a broker at ${url}, for this machine only; nothing in it is real.\n`);
  const { pauses } = await broker.store.read(pauseList);
  if (pauses.length > 0) io.out(`${PAUSED}\n`);
  const place = { url, issuer, actionDirectory: ROOT, workDirectory: join(directory, 'runner') };
  let waiting: Promise<void> = Promise.resolve();
  for (const [at, job] of demoJobs(systemClock.now()).entries()) {
    io.out(`${at + 1}. ${job.story}`);
    const asked = Promise.withResolvers<string | undefined>();
    const say = (lines: readonly string[]): void => io.out(`${lines.map((line) => `   ${line}`).join('\n')}\n`);
    const visited = visit(place, job, { onWaiting: asked.resolve, signal: leaving });
    const page = await Promise.race([asked.promise, visited.then(() => undefined)]);
    if (page === undefined) say(await visited);
    else {
      say(['waits: somebody else must approve it. Be Alex, by this link, which works once:', alexTo(broker, page)]);
      waiting = visited.then(
        (lines) => (leaving.aborted ? undefined : say([`${at + 1}. is decided:`, ...lines])),
        (error: unknown) => io.err(String(error)),
      );
    }
  }
  return { waiting };
}

/** Signs Alex in, and leads to the page on which to decide. */
const alexTo = (broker: RunningBroker, page: string): string =>
  `${broker.demoLink('Alex')}&return=${encodeURIComponent(new URL(page).pathname)}`;

async function sayWhatNext(
  io: Io,
  { url, broker, configFile }: { url: string; broker: RunningBroker; configFile: string },
): Promise<void> {
  const verifiers = [parseVerifierKey(broker.verifierKey)];
  const report = await broker.store.read((tx) => verifyStore(tx, { verifiers, earlier: [] }));
  io.out(
    report.problems.length === 0
      ? `All of it is in the log: ${report.size} entries, every hash, signature and row checked just now.`
      : `The log does not hold:\n${report.problems.join('\n')}`,
  );
  const run = 'npm run -s buildpass --';
  const config = `--config ${relative(configFile)}`;
  io.out(`
Now:
  look       ${url}/demo
  verify     ${run} log verify ${config}
  read       ${run} log show ${config}
  change     ${relative(join(configFile, '..', 'policies', 'shop.yaml'))}, and the broker loads it at once (a typo is refused, the old policy stays)
  your own   docs/configuration.md

Sign in, each link once:
${signInLinks(broker).join('\n')}

ready at ${url} (Ctrl-C stops it)`);
}

/** One line a person, with a link that works once and on this machine only. */
function signInLinks(broker: RunningBroker): readonly string[] {
  return DEMO_PEOPLE.map(({ name, story }) => `  ${name.padEnd(8)} ${broker.demoLink(name)}   (${story})`);
}

const relative = (path: string): string => path.replace(`${process.cwd()}/`, '');

const SETTLE_MS = 200;

/** Editors write a file in several steps: one load when they have settled, and one sentence about it. */
function watchPolicies(io: Io, directory: string, broker: RunningBroker): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const load = async (): Promise<void> => {
    const reloaded = await broker.reload();
    if (reloaded.outcome === 'refused')
      io.out(
        `\nThe policies were refused; the last good ones stay in force:\n${reloaded.findings.map(formatFinding).join('\n')}`,
      );
    else if (reloaded.changed) io.out('\nThe policies were loaded again: the next job is decided by them.');
  };
  const watcher = watch(directory, () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => void load().catch((error: unknown) => io.err(`The policies were not loaded: ${String(error)}`)),
      SETTLE_MS,
    );
  });
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

function parsePort(text: string | undefined): number {
  const port = text === undefined ? DEFAULT_PORT : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`--port "${text}" is not a port: expected a number from 1 to 65535`);
  return port;
}
