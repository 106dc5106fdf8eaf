// The writer's connection to a real SQLite file, on which one statement goes wrong on demand, with the codes that SQLite has for it.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openSqliteStore } from '../../broker/store/sqlite.ts';

/** https://www.sqlite.org/rescode.html */
export const SQLITE_CODES = {
  SQLITE_BUSY: 5,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_IOERR_FSYNC: 10 | (4 << 8),
  SQLITE_IOERR_READ: 10 | (1 << 8),
  SQLITE_NOTADB: 26,
};

export interface StatementFault {
  readonly sql: RegExp;
  readonly code: keyof typeof SQLITE_CODES;
  /** it was done, and only the answer is an error */
  readonly happened?: boolean;
}

export class FaultyConnection {
  /** the texts of everything that was run since the last `arm` */
  readonly ran: string[] = [];
  #fault: StatementFault | undefined;

  /** The next statement with such a text fails; none given lets all succeed. */
  arm(fault?: StatementFault): void {
    this.ran.length = 0;
    this.#fault = fault;
  }

  readonly openStore: typeof openSqliteStore = (options) =>
    openSqliteStore({ ...options, connect: (path) => this.#connect(path) });

  #connect(path: string): DatabaseSync {
    const watch = <T>(sql: string, act: () => T): T => this.#run(sql, act);
    return new (class extends DatabaseSync {
      override exec(sql: string): void {
        watch(sql, () => super.exec(sql));
      }
      override prepare(sql: string): StatementSync {
        return watchStatement(super.prepare(sql), (act) => watch(sql, act));
      }
    })(path, { timeout: 100 });
  }

  #run<T>(sql: string, act: () => T): T {
    this.ran.push(sql);
    const fault = this.#fault;
    if (fault?.sql.test(sql) !== true) return act();
    this.#fault = undefined;
    if (fault.happened === true) act();
    throw sqliteError(fault.code);
  }
}

function watchStatement(statement: StatementSync, watch: <T>(act: () => T) => T): StatementSync {
  const { all, get, run } = statement;
  return Object.assign(statement, {
    all: (...values: Parameters<typeof all>) => watch(() => all.apply(statement, values)),
    get: (...values: Parameters<typeof get>) => watch(() => get.apply(statement, values)),
    run: (...values: Parameters<typeof run>) => watch(() => run.apply(statement, values)),
  });
}

const sqliteError = (code: keyof typeof SQLITE_CODES): Error =>
  Object.assign(new Error(code), { code: 'ERR_SQLITE_ERROR', errcode: SQLITE_CODES[code] });
