import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { statementsOver } from '../../../broker/store/node-sqlite.ts';
import type { Database } from '../../../broker/store/schema.ts';
import { createStatements } from '../../../broker/store/statements.ts';

function metaOf() {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL)');
  const { all, first } = statementsOver(database);
  return {
    put: first((db, row: { key: string; value: string }) => db.insertInto('meta').values(row).returning('key')),
    like: all((db, { from, limit }: { from: string; limit: number }) =>
      db
        .selectFrom('meta')
        .select('key')
        .where('key', '>=', from)
        .where('value', '!=', 'b')
        .orderBy('key')
        .limit(limit),
    ),
  };
}

describe('a statement', () => {
  it('is compiled with its first arguments and bound to those of each call', async () => {
    const { put, like } = metaOf();
    for (const [key, value] of ['a1', 'b b', 'c3', 'd4'].map((text) => [text[0] ?? '', text.slice(1).trim()]))
      expect(await put({ key: key ?? '', value: value ?? '' })).toMatchObject({ key });
    expect((await like({ from: 'a', limit: 9 })).map(({ key }) => key)).toEqual(['a', 'c', 'd']);
    expect((await like({ from: 'b', limit: 1 })).map(({ key }) => key)).toEqual(['c']);
  });

  it('has what no call changes in its text, so that SQLite need not prepare it anew for each', () => {
    const texts: string[] = [];
    const database = new DatabaseSync(':memory:');
    const { first } = createStatements(statementsOver(database).db, (sql) => {
      texts.push(sql);
      return { all: () => [], first: () => undefined };
    });
    const odd = first((db, { key }: { key: string }) =>
      db.selectFrom('meta').selectAll().where('value', '=', "it's").where('key', '>', key).limit(1),
    );
    void odd({ key: 'a?' });
    expect(texts).toEqual([`select * from "meta" where "value" = 'it''s' and "key" > ? limit 1`]);
  });

  it.each([
    ['a value that is neither text nor a whole number', (db: Database) => db.selectFrom('meta').selectAll().limit(1.5)],
    ['a question mark that is no parameter', (db: Database) => db.selectFrom('meta').select(sql`'?'`.as('what'))],
  ])('refuses %s', async (_, build) => {
    const { first } = statementsOver(new DatabaseSync(':memory:'));
    await expect(first(build)({})).rejects.toThrow(TypeError);
  });

  it('refuses a call without one of its arguments', async () => {
    const { put } = metaOf();
    await put({ key: 'a', value: '1' });
    await expect(put({ key: 'b' } as { key: string; value: string })).rejects.toThrow('cannot be bound');
  });
});
