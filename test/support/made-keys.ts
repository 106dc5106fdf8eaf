// A store with its signing keys, made once for a test file and copied from then on: an RSA key takes half a second to make.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createKeys } from '../../broker/cli/keys.ts';
import type { Config } from '../../broker/config.ts';

interface Made {
  readonly store: Buffer;
  readonly encryptionKey: Buffer;
}

let made: Promise<Made> | undefined;

/** What `keys create` makes where nothing is yet, but for the half second. */
export async function makeKeys(config: Config): Promise<void> {
  const { path } = config.store;
  const { encryptionKeyFile } = config.keys;
  if (made === undefined) {
    made = createKeys(config, {}).then(() => ({
      store: readFileSync(path),
      encryptionKey: readFileSync(encryptionKeyFile),
    }));
    await made;
    return;
  }
  const { store, encryptionKey } = await made;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, store, { mode: 0o600 });
  writeFileSync(encryptionKeyFile, encryptionKey, { mode: 0o600 });
}
