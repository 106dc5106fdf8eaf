// A broker in a process of its own for `waiting.ts`: one that people sign in to by a link, which `serve` has only in the demo. It
// counts what is read and committed, and answers what it is asked over IPC.

import { startBroker } from '../../broker/broker.ts';
import { createKeys } from '../../broker/cli/keys.ts';
import { loadConfig } from '../../broker/config.ts';
import { openSqliteStore, type SqliteOptions } from '../../broker/store/sqlite.ts';
import type { Store } from '../../broker/store/store.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';

const [file = ''] = process.argv.slice(2);
const counts = { reads: 0, commits: 0 };

async function openStore(options: SqliteOptions): Promise<Store> {
  const store = await openSqliteStore(options);
  return Object.assign(Object.create(store) as Store, {
    read: (query: Parameters<Store['read']>[0]) => {
      counts.reads += 1;
      return store.read(query);
    },
    commit: (unit: Parameters<Store['commit']>[0]) => {
      counts.commits += 1;
      return store.commit(unit);
    },
  });
}

const config = await loadConfig(file);
await createKeys(config, {});
const demoPeople = [{ name: 'Alex', id: '9002', groups: ['releases'] }];
const logger = createLogger({ level: 'error', demo: false, destination: { write: () => undefined } });
const broker = await startBroker({ config, logger, demoPeople, openStore });

const ANSWERS: Readonly<Record<string, () => unknown>> = {
  port: () => broker.port,
  link: () => broker.demoLink('Alex'),
  counts: () => ({ ...counts }),
  memory: () => {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
};
process.on('message', (question: string) => {
  if (question === 'stop') void broker.close().then(() => process.disconnect());
  else process.send?.(ANSWERS[question]?.());
});
process.send?.('ready');
