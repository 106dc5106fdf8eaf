// The mark of a demo's store: whatever is so marked is no real broker's, and a real broker's is no demo's.
import { StartRefused } from './errors.ts';
import type { Store } from './store/store.ts';

/** A demo's store holds keys that anybody may have seen: a real broker must not go on with it, nor a demo with a real one. */
export async function refuseWrongMark(store: Store, demo: boolean): Promise<void> {
  const marked = (await store.read((tx) => tx.meta.get('demo'))) === 'true';
  if (marked && !demo)
    throw new StartRefused(
      'this store is marked as a demo’s: a real broker needs one of its own, made by `buildpass keys create`',
    );
  if (!marked && demo) throw new StartRefused('this store is a real broker’s: the demo does not touch it');
}
