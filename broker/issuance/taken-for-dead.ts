// A clock that ran ahead takes credentials for dead that live: nothing was revoked of those whose leases ended meanwhile, also where
// security had ordered it. Once the clock was set right, they are revoked like any other.
import type { Millis } from '../clock.ts';
import type { IssueDeps } from './issuing.ts';
import { queueRevocation } from './steps.ts';

type Deps = Pick<IssueDeps, 'store' | 'entropy' | 'clock' | 'logger'>;

/** Looks for them when it is called first, since nobody knows what the clock of an earlier run said, and whenever the clock went back. */
export function createClockWatch(deps: Deps): () => Promise<void> {
  let before: Millis = Number.POSITIVE_INFINITY;
  return async () => {
    const now = deps.clock.now();
    if (now < before) await queueTakenForDead(deps);
    before = now;
  };
}

async function queueTakenForDead({ store, entropy, logger }: Deps): Promise<void> {
  const some = await store.read(async (tx) => (await tx.leases.takenForDead(tx.now)).length > 0);
  if (!some) return;
  const count = await store.commit(async (tx) => {
    const ids = await tx.leases.takenForDead(tx.now);
    for (const id of ids) await queueRevocation({ entropy }, tx, id);
    return ids.length;
  });
  logger.warn('credentials that a clock which ran ahead took for dead are revoked', { count });
}
