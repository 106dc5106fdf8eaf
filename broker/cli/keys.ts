// `keys create`: the key-encryption key, the store and the signing keys, each only where it is absent.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock, systemEntropy } from '../clock.ts';
import { type Config, loadConfig, readEncryptionKey } from '../config.ts';
import { StartRefused } from '../errors.ts';
import type { MadeKey } from '../keys/make-keys.ts';
import type { SealingKey } from '../keys/seal.ts';
import { keyEncryptionKey } from '../keys/signing-keys.ts';
import { keySource } from '../open/keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import { createSqliteFile, lockStore, openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import type { Command } from './command.ts';
import { describeKey, keyLines } from './key-lines.ts';

const ENCRYPTION_KEY_BYTES = 32;

export const command: Command = {
  name: 'keys create',
  summary: 'make the signing keys, and the store and key-encryption key where they are absent',
  usage: 'keys create',
  about:
    'Makes one ES256 and one RS256 key for credentials and an Ed25519 key for the log, encrypted in the store under the key in keys.encryption-key-file. Nothing else makes keys: a broker without them does not start. Run it once, with the broker stopped, and keep a copy of the key file apart from the store.',
  examples: ['buildpass keys create --config buildpass.yaml'],
  options: {},
  async run({ io, configFile, json }) {
    const config = await loadConfig(configFile);
    const rows = await createKeys(config, {});
    io.out(
      json
        ? JSON.stringify(
            rows.map((row) => describeKey(row, config)),
            null,
            2,
          )
        : keyLines(rows, config),
    );
    return 0;
  },
};

export interface CreateKeysOptions {
  readonly demo?: boolean;
  /** how the store is opened: `openSqliteStore` unless given */
  readonly openStore?: typeof openSqliteStore;
}

/** @throws StartRefused where there are keys already, or a broker is running on the store */
export async function createKeys(
  config: Config,
  { demo = false, openStore = openSqliteStore }: CreateKeysOptions,
): Promise<readonly SigningKeyRow[]> {
  const { path } = config.store;
  makeDirectory(dirname(path));
  const unlock = lockStore(path);
  try {
    createSqliteFile(path);
    const store = await openStore({ path, clock: systemClock });
    try {
      await refuseSecondSet(store, path);
      const sealing = keyEncryptionKey(await encryptionKey(config.keys.encryptionKeyFile), systemEntropy);
      const made = await makeFirstKeys(config, sealing);
      return await store.commit(async (tx) => {
        const since = { created_at: tx.now, changed_at: tx.now, changes_at: null };
        const rows = made.map((key): SigningKeyRow => ({ ...key, ...since, state: 'current' }));
        for (const row of rows) await tx.signingKeys.insert(row);
        if (demo) await tx.meta.set('demo', 'true');
        return rows;
      });
    } finally {
      await store.close();
    }
  } finally {
    unlock();
  }
}

/** One of each, in the order in which they are listed. */
async function makeFirstKeys(config: Config, sealing: SealingKey): Promise<readonly MadeKey[]> {
  const source = keySource(config, sealing);
  return [await source.make('ES256'), await source.make('RS256'), await source.make('EdDSA')];
}

/** Before a key-encryption key is made: beside keys that were sealed under a lost one, a new one would only hide the loss. */
async function refuseSecondSet(store: Store, path: string): Promise<void> {
  if ((await store.read((tx) => tx.signingKeys.all())).length > 0)
    throw new StartRefused(`the store ${path} has its signing keys already; \`buildpass keys list\` shows them`);
}

async function encryptionKey(file: string): Promise<Buffer> {
  if (!existsSync(file)) {
    const text = `${systemEntropy.bytes(ENCRYPTION_KEY_BYTES).toString('base64')}\n`;
    // On the disk before anything is sealed under it.
    orRefuse(file, () => writeFileSync(file, text, { flag: 'wx', mode: 0o600, flush: true }));
  }
  return readEncryptionKey(file);
}

const makeDirectory = (path: string): void =>
  orRefuse(path, () => void mkdirSync(path, { recursive: true, mode: 0o700 }));

function orRefuse(path: string, make: () => void): void {
  try {
    make();
  } catch (cause) {
    throw new StartRefused(`${path}: cannot be made: ${(cause as Error).message}`, { cause });
  }
}
