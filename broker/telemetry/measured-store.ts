// A store whose commits are counted and timed: how many units shared one, and how long it took from its lock to the disk.
import type { Elapsed } from '../clock.ts';
import type { Store, TransactionGuard } from '../store/store.ts';
import type { Metrics } from './metrics.ts';

export function measuredStore(store: Store, metrics: Metrics, elapsed: Elapsed): Store {
  let units = 0;
  let began = 0;
  const measured: Pick<Store, 'commit' | 'guard'> = {
    commit: (unit) =>
      store.commit((tx) => {
        units += 1;
        return unit(tx);
      }),
    guard: (guard) => store.guard(watched(guard)),
  };
  // Everything else is the store's own, also what changes while it is open.
  return Object.assign(Object.create(store) as Store, measured);

  function watched(guard: TransactionGuard): TransactionGuard {
    return {
      ...guard,
      begin(tx) {
        units = 0;
        began = elapsed();
        return guard.begin(tx);
      },
      settled(outcome) {
        metrics.count('buildpass_commits_total', outcome);
        metrics.observe('buildpass_commit_units', units);
        metrics.observe('buildpass_commit_seconds', (elapsed() - began) / 1000);
        guard.settled(outcome);
      },
    };
  }
}
