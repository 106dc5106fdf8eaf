// `keys create`: the key-encryption key, the store and the signing keys, each only where it is absent. `keys list`: what is there.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock, systemEntropy } from '../clock.ts';
import { type Config, loadConfig, readEncryptionKey } from '../config.ts';
import { StartRefused } from '../errors.ts';
import { generateSigningKeys, keyEncryptionKey } from '../keys/signing-keys.ts';
import { isoTime } from '../log/entry.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import { createSqliteFile, lockStore, openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import type { Command } from './command.ts';
import { withStoreReader } from './open-store.ts';

const ENCRYPTION_KEY_BYTES = 32;

export const keysCreateCommand: Command = {
  name: 'keys create',
  summary: 'make the signing keys, and the store and key-encryption key where they are absent',
  usage: 'keys create',
  about:
    'Makes one ES256 and one RS256 key for credentials and an Ed25519 key for the log, encrypted in the store under the key in keys.encryption-key-file. Nothing else makes keys: a broker without them does not start. Run it once, with the broker stopped, and keep a copy of the key file apart from the store.',
  examples: ['buildpass keys create --config buildpass.yaml'],
  options: {},
  async run({ io, configFile, json }) {
    const rows = await createKeys(await loadConfig(configFile), {});
    io.out(json ? JSON.stringify(rows.map(describe), null, 2) : rows.map(line).join('\n'));
    return 0;
  },
};

export const keysListCommand: Command = {
  name: 'keys list',
  summary: 'list the signing keys: id, purpose, algorithm, when made',
  usage: 'keys list',
  about: 'Lists the public facts about the signing keys in the store. Works beside a running broker.',
  examples: ['buildpass keys list', 'buildpass keys list --json'],
  options: {},
  async run({ io, configFile, json }) {
    const rows = await withStoreReader(configFile, (reader) => reader.read((tx) => tx.signingKeys.all()));
    if (rows.length === 0) io.err('There are no signing keys yet: `buildpass keys create` makes them.');
    else io.out(json ? JSON.stringify(rows.map(describe), null, 2) : rows.map(line).join('\n'));
    return rows.length === 0 ? 1 : 0;
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
      return await store.commit(async (tx) => {
        const rows = generateSigningKeys(sealing, tx.now);
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

const describe = (row: SigningKeyRow) => ({
  key_id: row.id,
  purpose: row.purpose,
  algorithm: row.algorithm,
  created_at: isoTime(row.created_at),
  public_key: row.public_key,
});
const line = (row: SigningKeyRow): string =>
  `${row.algorithm.padEnd(5)}  ${row.purpose.padEnd(10)}  ${isoTime(row.created_at)}  ${row.id}`;
