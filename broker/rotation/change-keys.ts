// How keys change: on record first, and then in memory, at once. What a rotation works with.
import { openSigningKeys, PUBLISHED } from '../keys/signing-keys.ts';
import { keyRows } from '../log/vouched-keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Tables, Transaction } from '../store/store.ts';
import { type KeyRows, keyIn } from './key-times.ts';
import { recordMade } from './record-keys.ts';
import type { KeyAlgorithm, RotationDeps } from './rotation-deps.ts';

/** A key is made outside of the transaction; where another was quicker, it is thrown away. */
export async function makeNext(
  deps: RotationDeps,
  algorithm: KeyAlgorithm,
  because: 'asked' | 'schedule' | 'configuration',
): Promise<void> {
  if (keyIn(await deps.store.read((tx) => vouchedRows(deps, tx)), 'next', algorithm) !== undefined) return;
  const key = await deps.source.make(algorithm);
  await changeKeys(deps, async (tx) => {
    if (keyIn(await vouchedRows(deps, tx), 'next', algorithm) !== undefined) return;
    await recordMade(deps, tx, { key, state: 'next', because });
    deps.logger.info('a next signing key was made', { key_id: key.id, algorithm, because });
  });
}

/** Changes keys on record, and then those in memory: of a commit that failed nobody knows whether it happened. */
export async function changeKeys<T>(deps: RotationDeps, change: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await deps.store.commit(change);
  } finally {
    await followKeys(deps).catch((error: unknown) =>
      deps.logger.warn('the signing keys could not be read again; they will be soon', { error }),
    );
  }
}

/** The keys of the store that the log vouches for are those in memory from here on. */
export async function followKeys({ store, ring, sealing, logger }: RotationDeps): Promise<void> {
  const changed = await store.read(async (tx) => {
    const version = versionOf(await tx.signingKeys.all());
    // Opening costs milliseconds, and is asked for every other second.
    return version === ring.openedFrom?.version ? undefined : { version, ...(await keyRows(tx)) };
  });
  if (changed === undefined) return;
  const { version, vouched: rows, others } = changed;
  for (const { row, logged } of others)
    logger.error('a signing key in the store is not what the log says of it', {
      ...{ key_id: row.id, state: row.state, logged: logged?.state },
    });
  // One row that does not open must not keep a key published that was withdrawn, or is retired.
  const isPublished = ({ state }: SigningKeyRow): boolean => PUBLISHED.includes(state);
  ring.publishOnly(new Set(rows.filter(isPublished).map(({ id }) => id)));
  ring.replace(openSigningKeys(rows, sealing), { version, rows });
}

const versionOf = (rows: KeyRows): string => JSON.stringify(rows);

/**
 * The keys that a rotation goes by, and speaks of: not those that somebody put into the store. Entries are read only where the rows are
 * others than those that are in memory.
 */
export async function vouchedRows({ ring }: Pick<RotationDeps, 'ring'>, tx: Tables): Promise<KeyRows> {
  const known = ring.openedFrom;
  if (known !== undefined && known.version === versionOf(await tx.signingKeys.all())) return known.rows;
  return (await keyRows(tx)).vouched;
}
