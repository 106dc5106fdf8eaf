// A store that runs each unit of work twice: all that the first run did is rolled back, as where two transactions of another store
// stood in each other's way. A unit is a function of its transaction alone, and so nobody can tell.
import { openSqliteStore } from '../../broker/store/sqlite.ts';
import type { Unit } from '../../broker/store/store.ts';

/** What ends the first run. */
const ONCE_MORE = new Error('once more');

export const openRunAgainStore: typeof openSqliteStore = async (options) => {
  const store = await openSqliteStore(options);
  const again = async <T>(unit: Unit<T>): Promise<T> => {
    const first = store.commit(async (tx) => {
      await unit(tx);
      throw ONCE_MORE;
    });
    // What the unit itself throws, it throws again.
    await first.catch(() => undefined);
    return store.commit(unit);
  };
  return { ...store, commit: again };
};
