// Loaded before a server: each COMMIT of SQLite takes five milliseconds longer, as on a slow disk, and holds the thread as long.
import { DatabaseSync, type StatementSync } from 'node:sqlite';

const DELAY_MS = 5;
const nap = new Int32Array(new SharedArrayBuffer(4));
const { prepare } = DatabaseSync.prototype;

DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string): StatementSync {
  const statement = prepare.call(this, sql);
  if (sql !== 'COMMIT') return statement;
  const run = statement.run.bind(statement);
  return Object.assign(statement, {
    run: () => {
      Atomics.wait(nap, 0, 0, DELAY_MS);
      return run();
    },
  });
};
