// What is on record once, however often it happens.
import type { Database } from './store.ts';

export interface SaidOnce {
  /** True for the first who says it. */
  first(key: string): Promise<boolean>;
}

export const saidOnceTable = (db: Database): SaidOnce => ({
  async first(key) {
    const said = await db
      .insertInto('said_once')
      .values({ key })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    return said !== undefined;
  },
});
