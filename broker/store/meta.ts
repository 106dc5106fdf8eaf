// Facts about the store itself, such as the mark of a demo store.
import type { Database } from './store.ts';

export interface Meta {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

export const metaTable = (db: Database): Meta => ({
  async get(key) {
    const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value;
  },
  async set(key, value) {
    await db
      .insertInto('meta')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  },
});
