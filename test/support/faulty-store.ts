// A store whose commits fail on demand, before anything happened or after everything did and only the answer was lost: both
// look the same to the caller, as they do with a real disk or network. Or whose commit is held back for as long as a test wants.
import { BrokerError } from '../../broker/errors.ts';
import { openSqliteStore, type SqliteOptions } from '../../broker/store/sqlite.ts';
import type { Store, Unit } from '../../broker/store/store.ts';

export type Fault = 'failed' | 'failed but happened';

/** The `at`-th commit that goes wrong; 1 is the next. */
export interface FaultAt {
  readonly at: number;
  readonly kind: Fault;
}

/** A commit that waits, with nothing of it done yet. */
export interface Held {
  readonly begun: Promise<void>;
  release(): void;
}

interface Hold {
  readonly begin: () => void;
  readonly released: Promise<void>;
}

export class FaultyStore {
  /** commits since the last `arm` */
  commits = 0;
  /** from where in `broker/` commits were made so far, as `issuance/leases.ts:31` */
  readonly sites = new Set<string>();
  /** by the number of the commit */
  #faults = new Map<number, Fault>();
  #holds = new Map<number, Hold>();

  /** Counted from now on; none given lets all succeed. */
  arm(...faults: readonly FaultAt[]): void {
    this.commits = 0;
    this.#faults = new Map(faults.map(({ at, kind }) => [at, kind]));
    this.#holds = new Map();
  }

  /** The `at`-th commit from now on waits until it is released; those after it pass it by. */
  hold(at: number): Held {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#holds.set(this.commits + at, { begin: begun.resolve, released: gate.promise });
    return { begun: begun.promise, release: gate.resolve };
  }

  readonly open = async (options: SqliteOptions): Promise<Store> => {
    const store = await openSqliteStore(options);
    return { ...store, commit: async (unit) => this.#commit(store, unit) };
  };

  async #commit<T>(store: Store, unit: Unit<T>): Promise<T> {
    this.commits += 1;
    this.sites.add(calledFrom());
    const [fault, hold] = [this.#faults.get(this.commits), this.#holds.get(this.commits)];
    hold?.begin();
    await hold?.released;
    if (fault === 'failed') throw unavailable();
    const value = await store.commit(unit);
    if (fault === 'failed but happened') throw unavailable();
    return value;
  }
}

function calledFrom(): string {
  const [, site = 'somewhere'] =
    /[/]broker[/]((?!store[/]|telemetry[/]).*?:\d+):\d+/.exec(new Error('where').stack ?? '') ?? [];
  return site;
}

const unavailable = (): BrokerError =>
  new BrokerError('STORE_UNAVAILABLE', 'The store did not confirm the change.', { retryAfter: 1 });
