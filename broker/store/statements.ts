// Statements in Kysely's words, compiled once and run prepared ever after: building the SQL anew costs more than running it.
// The first call compiles, with a placeholder where each argument will stand; every call binds its own values there.
import type { Compilable } from 'kysely';
import type { Database } from './store.ts';

export type SqlValue = string | number | null;

/** A statement that a driver has prepared. */
export interface Prepared {
  all(values: readonly SqlValue[]): unknown[];
  /** undefined where there is no row, as for a statement that returns none */
  first(values: readonly SqlValue[]): unknown;
}

/** What a statement is made from: its arguments stand for values, and may only be used as such. */
type Build<A, R> = (db: Database, given: A) => Compilable<R>;

export interface Statements {
  /** for the few queries whose text depends on their arguments */
  readonly db: Database;
  /** every row */
  all<A extends object, R>(build: Build<A, R>): (given: A) => Promise<R[]>;
  /** the first row */
  first<A extends object, R>(build: Build<A, R>): (given: A) => Promise<R | undefined>;
}

/** Prepares each text once; the result belongs to one connection. */
export function createStatements(db: Database, prepare: (sql: string) => Prepared): Statements {
  return {
    db,
    all<A extends object, R>(build: Build<A, R>) {
      const bind = binder(db, build, prepare);
      return async (given: A) => {
        const { prepared, values } = bind(given);
        return prepared.all(values) as R[];
      };
    },
    first<A extends object, R>(build: Build<A, R>) {
      const bind = binder(db, build, prepare);
      return async (given: A) => {
        const { prepared, values } = bind(given);
        return prepared.first(values) as R | undefined;
      };
    },
  };
}

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Compiled {
  readonly prepared: Prepared;
  readonly parameters: readonly unknown[];
}

function binder<A extends object, R>(db: Database, build: Build<A, R>, prepare: (sql: string) => Prepared) {
  let compiled: Compiled | undefined;
  return (given: A): { prepared: Prepared; values: SqlValue[] } => {
    compiled ??= compile(db, build, { given, prepare });
    const { prepared, parameters } = compiled;
    return { prepared, values: parameters.map((parameter) => boundValue(parameter, given)) };
  };
}

function compile<A extends object, R>(
  db: Database,
  build: Build<A, R>,
  { given, prepare }: { given: A; prepare: (sql: string) => Prepared },
): Compiled {
  const placeholders = Object.fromEntries(Object.keys(given).map((name) => [name, new Placeholder(name)]));
  const { sql, parameters } = build(db, placeholders as A).compile();
  return { prepared: prepare(sql), parameters };
}

/** An argument that is not given is refused by the driver, which takes no `undefined`. */
const boundValue = (parameter: unknown, given: object): SqlValue =>
  (parameter instanceof Placeholder ? (given as Record<string, SqlValue>)[parameter.name] : parameter) as SqlValue;
