// What a command does by the running broker, or to the store itself where none runs: under the broker's own lock, so that there is
// never a second who writes.
import { existsSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Entropy, systemClock, systemEntropy } from '../clock.ts';
import type { Config } from '../config.ts';
import { StartRefused, StoreInUse } from '../errors.ts';
import { keepAnchor } from '../log/anchor.ts';
import { type Append, createAppend } from '../log/append.ts';
import type { KeysInStore } from '../open/keys.ts';
import { openLog } from '../open/log.ts';
import { lockStore, openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { NotRunning } from './ask-control.ts';

const TRIES = 50;
const BETWEEN_MS = 200;

/**
 * A broker that starts or stops has the store and answers nobody yet, or any more, and one that crashes over and over does so most of
 * the time: whichever comes first is taken, its answer or the store at rest.
 * @throws NotRunning where ten seconds brought neither
 */
export async function askOrAtRest<T>(
  storePath: string,
  { ask, atRest }: { readonly ask: () => Promise<T>; readonly atRest: () => Promise<T> },
): Promise<T> {
  if (!existsSync(storePath))
    throw new StartRefused(`there is no store at ${storePath}: \`buildpass keys create\` makes one`);
  for (let left = TRIES; ; left -= 1) {
    const unlock = lockUnlessInUse(storePath);
    if (unlock !== undefined) return asItsUser(storePath, atRest).finally(unlock);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NotRunning) || error.mayHaveHeard || left === 0) throw error;
    }
    await wait(BETWEEN_MS);
  }
}

/** Undefined where somebody has the store. */
function lockUnlessInUse(path: string): (() => void) | undefined {
  try {
    return lockStore(path);
  } catch (error) {
    if (error instanceof StoreInUse) return undefined;
    throw error;
  }
}

/** What root makes beside the store, such as a new anchor, the broker's own user could not read. */
async function asItsUser<T>(path: string, atRest: () => Promise<T>): Promise<T> {
  const { uid } = statSync(path);
  if (process.getuid?.() === 0 && uid !== 0)
    throw new StartRefused(
      `no broker runs, and the store ${path} is of the user ${uid}: run this as that user, as \`serve\` runs`,
    );
  return atRest();
}

export interface AtRest<K> {
  readonly store: Store;
  readonly append: Append;
  readonly keys: K;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

export interface OpeningAtRest<K> {
  readonly openKeys: (store: Store, config: Config, around: Pick<AtRest<K>, 'entropy' | 'logger'>) => Promise<K>;
  /** what did not come off, though what was asked for did */
  readonly warn: (line: string) => void;
}

/** Under the lock. As a start does it: nothing is changed in a store whose log is not what its anchor says. */
export async function withStoreAtRest<K extends KeysInStore, T>(
  config: Config,
  { openKeys, warn }: OpeningAtRest<K>,
  use: (opened: AtRest<K>) => Promise<T>,
): Promise<T> {
  const around = { entropy: systemEntropy, logger: createLogger({ level: 'error', demo: false }) };
  const store = await openSqliteStore({ path: config.store.path, clock: systemClock });
  try {
    const keys = await openKeys(store, config, around);
    const append = createAppend(systemEntropy);
    const { verifierKey } = await openLog(store, { config, keys, append });
    const answer = await use({ ...around, store, append, keys });
    await keepAnchor(config.log.anchorFile, store, verifierKey()).catch((error: Error) =>
      warn(`It is done, and the anchor is not brought up to date: ${error.message}`),
    );
    return answer;
  } finally {
    await store.close();
  }
}
