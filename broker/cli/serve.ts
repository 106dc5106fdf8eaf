// `serve`: a real broker, until it is asked to stop. SIGHUP loads the policies again.
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker } from '../broker.ts';
import type { RunningBroker } from '../broker-options.ts';
import { loadConfig } from '../config.ts';
import { sayReloaded } from '../open/policies.ts';
import type { CredentialProvider } from '../providers/provider.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import type { Command, CommandContext, ExitCode } from './command.ts';

export const command: Command = {
  name: 'serve',
  summary: 'run the broker',
  usage: 'serve',
  about:
    'Checks the configuration, the keys and the log against its anchor and its newest checkpoint; what is not as it must be stops it with exit code 78 before a port is open. A store that fails while it runs ends it with exit code 74, to be started again. Policies that do not load leave the last good ones in force, and it says so. It does not re-hash the log: run `log verify` now and then. SIGHUP loads the policies again, whole or not at all; SIGTERM lets requests under way finish.',
  examples: ['buildpass serve --config buildpass.yaml'],
  options: {},
  run: (context) => serve(context),
};

/** @param extraProviders beside the built ones: for a drill */
export async function serve(
  { io, configFile }: Pick<CommandContext, 'io' | 'configFile'>,
  extraProviders: readonly CredentialProvider[] = [],
): Promise<ExitCode> {
  const config = await loadConfig(configFile);
  const logger = createLogger({ level: 'info', demo: false });
  io.onCrash((error) => logger.error('the broker ends: an error that nobody foresaw', { error }));
  for (const warning of config.warnings) logger.warn(warning);
  if (config.log.anchorFile === undefined)
    logger.warn(
      'there is no log.anchor-file: a store that was rolled back or cut off could not be told from a whole one',
    );
  // Signals count from here on: one that comes while the broker starts must neither be lost nor kill it half-way.
  const stop = io.stopSignal();
  const starting = startBroker({ config, logger, extraProviders });
  const reload = (): void => void reloadOnce(starting, logger);
  process.on('SIGHUP', reload);
  try {
    const broker = await starting;
    const { url, listen } = config;
    const { port, adminPort: admin_port, verifierKey: log_key } = broker;
    logger.info('serving', { url, host: listen.host, port, admin_port, log_key });
    await Promise.race([stopped(stop), broker.storeBroken]);
    await closed(broker);
    return broker.store.broken() ? 74 : 0;
  } finally {
    process.off('SIGHUP', reload);
  }
}

const ANSWER_LAST_MS = 3_000;

/** With a broken store only for as long as whoever waits is told so; what is left is what a crash leaves, and the next start's. */
async function closed(broker: RunningBroker): Promise<void> {
  const giveUp = broker.storeBroken.then(() => delay(ANSWER_LAST_MS));
  await Promise.race([broker.close(), giveUp]);
}

async function reloadOnce(starting: Promise<RunningBroker>, logger: Logger): Promise<void> {
  try {
    const broker = await starting;
    sayReloaded(logger, await broker.reload());
  } catch (error) {
    logger.warn('the policies could not be read; the last good ones stay in force', { error });
  }
}

export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
