// Keys that take each other's place: on demand, on schedule, and at once where one leaked. Each step is on record with its entry
// before anything is signed or published by it, and what runs has it in memory right after. One step at a time.
import { BrokerError } from '../errors.ts';
import { endLeasesOfKey } from '../issuance/end-leases-of-key.ts';
import { advanceKeys, createWatch } from './advance.ts';
import { makeNext, vouchedRows } from './change-keys.ts';
import type { KeyRows } from './key-times.ts';
import type { KeyAlgorithm, RotationDeps } from './rotation-deps.ts';
import { type Leaked, type Withdrawn, withdrawKey } from './withdraw.ts';

export interface Rotation {
  /** A next key for each of these, where there is none yet; the rows as they are then. */
  next(algorithms: readonly KeyAlgorithm[]): Promise<KeyRows>;
  /** Takes back a key that leaked, and ends what it signed. */
  withdraw(leaked: Leaked): Promise<Withdrawn>;
  /** What time asks for. */
  advance(): Promise<void>;
}

export function createRotation(deps: RotationDeps): Rotation {
  const inTurn = oneAtATime();
  const watch = createWatch();
  return {
    next: (algorithms) =>
      inTurn(async () => {
        for (const algorithm of algorithms) refuseHeldElsewhere(deps, algorithm);
        for (const algorithm of algorithms) await makeNext(deps, algorithm, 'asked');
        await advanceKeys(deps, watch);
        return deps.store.read((tx) => vouchedRows(deps, tx));
      }),
    withdraw: (leaked) =>
      inTurn(async () => {
        const done = await withdrawKey(deps, leaked);
        const leases = await endLeasesOfKey(deps, leaked.keyId);
        // For a static site there is something to be done right away: it says so.
        watch.lookedAt = Number.NEGATIVE_INFINITY;
        return { ...done, leases };
      }),
    advance: () => inTurn(() => advanceKeys(deps, watch)),
  };
}

/** @throws BrokerError NOT_FOUND with what to do */
function refuseHeldElsewhere({ source }: RotationDeps, algorithm: KeyAlgorithm): void {
  const reference = source.wanted(algorithm);
  if (reference === undefined) return;
  throw new BrokerError(
    'NOT_FOUND',
    `The key for ${algorithm} is in a KMS ("${reference}"): make another key there, and name it in keys.credential; the next start makes it the next one. With --algorithm those of the store rotate alone.`,
  );
}

function oneAtATime(): <T>(act: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };
}
