// The writer's connection of a broker under test, in the hands of the test: to make its disk full or its file read-only, and to
// undo it. What SQLite says then is its own.
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '../../broker/store/sqlite.ts';

/** So that a lock of somebody else is soon enough. */
const BUSY_TIMEOUT_MS = 100;

export class HeldConnection {
  #database: DatabaseSync | undefined;

  readonly openStore: typeof openSqliteStore = (options) =>
    openSqliteStore({
      ...options,
      connect: (path) => {
        this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
        return this.#database;
      },
    });

  /** No page more than it has. */
  fillDisk(): void {
    const row = this.#database?.prepare('PRAGMA page_count').get();
    this.exec(`PRAGMA max_page_count = ${Number(row?.['page_count'])}`);
  }

  makeRoom(): void {
    this.exec('PRAGMA max_page_count = 1000000');
  }

  exec(sql: string): void {
    this.#database?.exec(sql);
  }
}
