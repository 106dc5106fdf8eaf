// Statements in Kysely's words, compiled once and run prepared ever after: building the SQL anew costs more than running it.
// The first call compiles, with a placeholder where each argument will stand; every call binds its own values there.
// What is the same for every call stands in the text: SQLite plans by the value of a bound LIMIT, and of what a partial index asks
// for, so that each new binding of one has the statement prepared anew.
import type { Compilable } from 'kysely';
import type { Database } from './schema.ts';

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
  /** arguments in the order in which they are bound */
  readonly names: readonly string[];
}

function binder<A extends object, R>(db: Database, build: Build<A, R>, prepare: (sql: string) => Prepared) {
  let compiled: Compiled | undefined;
  return (given: A): { prepared: Prepared; values: SqlValue[] } => {
    compiled ??= compile(db, build, { given, prepare });
    const { prepared, names } = compiled;
    // An argument that is not given is refused by the driver, which takes no `undefined`.
    return { prepared, values: names.map((name) => (given as Record<string, SqlValue>)[name] as SqlValue) };
  };
}

function compile<A extends object, R>(
  db: Database,
  build: Build<A, R>,
  { given, prepare }: { given: A; prepare: (sql: string) => Prepared },
): Compiled {
  const placeholders = Object.fromEntries(Object.keys(given).map((name) => [name, new Placeholder(name)]));
  const { sql, parameters } = build(db, placeholders as A).compile();
  const names = parameters.filter((parameter) => parameter instanceof Placeholder).map(({ name }) => name);
  return { prepared: prepare(withConstants(sql, parameters)), names };
}

/** The text with its constants in it, and a question mark for each argument. */
function withConstants(sql: string, parameters: readonly unknown[]): string {
  const [first = '', ...rest] = sql.split('?');
  if (rest.length !== parameters.length) throw new TypeError(`not every question mark is a parameter: ${sql}`);
  return rest.reduce((text, part, at) => `${text}${placeOf(parameters[at])}${part}`, first);
}

function placeOf(parameter: unknown): string {
  if (parameter instanceof Placeholder) return '?';
  if (parameter === null) return 'NULL';
  if (typeof parameter === 'number' && Number.isSafeInteger(parameter)) return String(parameter);
  if (typeof parameter === 'string') return `'${parameter.replaceAll("'", "''")}'`;
  throw new TypeError(`a statement has a constant that is neither text nor a whole number: ${String(parameter)}`);
}
