// The store of a configuration, opened for a command that reads: beside a running broker or without one.
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { openSqliteReader, type StoreReader } from '../store/sqlite.ts';

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
