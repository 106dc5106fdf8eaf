// A store whose commits fail on demand: before anything happened, or after everything did and only the answer was lost.
// Both look the same to the caller, as they do with a real disk or network.
import { BrokerError } from '../../broker/errors.ts';
import { openSqliteStore, type SqliteOptions } from '../../broker/store/sqlite.ts';
import type { Store } from '../../broker/store/store.ts';

export type Fault = 'failed' | 'failed but happened';

export class FaultyStore {
  /** commits since the last `arm` */
  commits = 0;
  #fault: { readonly at: number; readonly kind: Fault } | undefined;

  /** The `at`-th commit from now on (1 is the next) fails; undefined lets all succeed. */
  arm(fault?: { at: number; kind: Fault }): void {
    this.commits = 0;
    this.#fault = fault;
  }

  readonly open = async (options: SqliteOptions): Promise<Store> => {
    const store = await openSqliteStore(options);
    return { ...store, commit: async (unit) => this.#commit(store, unit) };
  };

  async #commit<T>(store: Store, unit: Parameters<Store['commit']>[0]): Promise<T> {
    this.commits += 1;
    const fault = this.commits === this.#fault?.at ? this.#fault.kind : undefined;
    if (fault === 'failed') throw unavailable();
    const value = await store.commit(unit);
    if (fault === 'failed but happened') throw unavailable();
    return value as T;
  }
}

const unavailable = (): BrokerError =>
  new BrokerError('STORE_UNAVAILABLE', 'The store did not confirm the change.', { retryAfter: 1 });
