// A broker as a process of its own that ends itself without warning at one of its commits, just before or just after it:
// node broker-process.ts CONFIG-AS-JSON {"at":3,"when":"after"} URL-OF-THE-OTHER-SYSTEM. Prints the port when it serves.
import { startBroker } from '../../broker/broker.ts';
import { openSqliteStore } from '../../broker/store/sqlite.ts';
import type { Store } from '../../broker/store/store.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';
import { otherSystemProvider } from '../drill/other-system-provider.ts';

export interface Dies {
  /** counted from when it serves; 1 is the first */
  readonly at: number;
  readonly when: 'before' | 'after';
}

const [config = '{}', dies = '{}', otherSystem = ''] = process.argv.slice(2);
const { at, when } = JSON.parse(dies) as Dies;
let commits = Number.NEGATIVE_INFINITY;

const openStore: typeof openSqliteStore = async (options) => {
  const store = await openSqliteStore(options);
  const dieIf = (moment: Dies['when']): void => {
    if (commits === at && when === moment) process.kill(process.pid, 'SIGKILL');
  };
  const commit: Store['commit'] = async (unit) => {
    commits += 1;
    dieIf('before');
    const value = await store.commit(unit);
    dieIf('after');
    return value;
  };
  return { ...store, commit };
};

const { port } = await startBroker({
  config: JSON.parse(config),
  logger: createLogger({ level: 'silent', demo: false }),
  extraProviders: [otherSystemProvider(otherSystem)],
  openStore,
  backgroundEvery: 3_600_000,
});
commits = 0;
process.stdout.write(`${port}\n`);
