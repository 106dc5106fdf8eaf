// The broker as `serve` runs it, with what a measurement needs besides: the delay of its event loop and its memory, told over
// IPC, and a store whose COMMITs take longer on demand.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startBroker } from '../../broker/broker.ts';
import { loadConfig } from '../../broker/config.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';

const [configFile = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'info', demo: false });
const broker = await startBroker({ config: await loadConfig(configFile), logger });
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', async (message) => {
  if (message === 'reset') delay.reset();
  if (message === 'report')
    process.send?.({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, rss: process.memoryUsage.rss() });
  if (message === 'stop') {
    await broker.close();
    process.exit(0);
  }
});
process.send?.({ port: broker.port });
