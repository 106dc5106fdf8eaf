// The store of a configuration, opened for a command that reads: beside a running broker or without one.
import { createPublicKey } from 'node:crypto';
import { formatVerifierKey, type NoteVerifier, parseVerifierKey } from '../../shared/signed-note.ts';
import { logOrigin } from '../broker.ts';
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { openSqliteReader, type StoreReader } from '../store/sqlite.ts';
import type { Tables } from '../store/store.ts';

export async function withStoreReader<T>(
  configFile: string,
  use: (reader: StoreReader, config: Config) => Promise<T>,
): Promise<T> {
  const config = await loadConfig(configFile);
  const reader = openSqliteReader({ path: config.store.path, clock: systemClock });
  try {
    return await use(reader, config);
  } finally {
    await reader.close();
  }
}

/** The log's keys as the store itself knows them, newest first. */
export async function logVerifiers(signingKeys: Tables['signingKeys'], url: string): Promise<NoteVerifier[]> {
  const rows = (await signingKeys.all()).filter(({ purpose }) => purpose === 'log');
  return rows.map((row) => parseVerifierKey(formatVerifierKey(logOrigin(url), createPublicKey(row.public_key))));
}
