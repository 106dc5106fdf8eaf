// Kysely over Node's built-in SQLite: the few lines that make `node:sqlite` look like the driver Kysely knows.
// Statements are compiled once for each SQL text and run prepared.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Schema } from './schema.ts';
import type { Database } from './store.ts';

const MAX_PREPARED = 500;

export function kyselyOver(database: DatabaseSync): Database {
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(database) }) });
}

function adapt(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => undefined, // the store closes the connection it opened
    prepare(sql) {
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const statement = adaptStatement(database.prepare(sql));
      if (prepared.size < MAX_PREPARED) prepared.set(sql, statement);
      return statement;
    },
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
