// Facts about the store itself, such as the mark of a demo store.
import type { Statements } from './statements.ts';

export interface Meta {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

export const metaTable = ({ first }: Statements): Meta => {
  const find = first((db, { key }: { key: string }) => db.selectFrom('meta').select('value').where('key', '=', key));
  const put = first((db, { key, value }: { key: string; value: string }) =>
    db
      .insertInto('meta')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value })),
  );
  return {
    async get(key) {
      return (await find({ key }))?.value;
    },
    async set(key, value) {
      await put({ key, value });
    },
  };
};
