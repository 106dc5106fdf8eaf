// What is on record once, however often it happens.
import type { Statements } from './statements.ts';

export interface SaidOnce {
  /** True for the first who says it. */
  first(key: string): Promise<boolean>;
}

export const saidOnceTable = ({ first }: Statements): SaidOnce => {
  const say = first((db, { key }: { key: string }) =>
    db
      .insertInto('said_once')
      .values({ key })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key'),
  );
  return {
    async first(key) {
      return (await say({ key })) !== undefined;
    },
  };
};
