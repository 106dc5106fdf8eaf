// Node's built-in SQLite as the store uses it: statements prepared once, and the few lines that make it look like the driver
// that Kysely knows, for migrations and for queries whose text depends on their arguments.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Connection } from './group-commit.ts';
import type { Schema } from './schema.ts';
import { createStatements, type Prepared, type Statements } from './statements.ts';

export function statementsOver(database: DatabaseSync): Statements {
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(database) }) });
  return createStatements(db, (sql) => prepared(database.prepare(sql)));
}

/** The words around a unit of work, each prepared once: a handful of them comes with every issuance. */
export function controlOf(database: DatabaseSync): Connection {
  const known = new Map<string, StatementSync>();
  return {
    get isTransaction() {
      return database.isTransaction;
    },
    exec(sql) {
      const statement = known.get(sql) ?? database.prepare(sql);
      known.set(sql, statement);
      statement.run();
    },
  };
}

const prepared = (statement: StatementSync): Prepared => ({
  all: (values) => statement.all(...values),
  first: (values) => statement.get(...values),
});

function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => undefined, // the store closes the connection it opened
    prepare: (sql) => adaptStatement(database.prepare(sql)),
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
  };
}
