// How keys change: on record first, and then in memory, at once. What a rotation works with.
import type { Entropy } from '../clock.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MadeKey } from '../keys/make-keys.ts';
import type { SealingKey } from '../keys/seal.ts';
import { openSigningKeys, PUBLISHED } from '../keys/signing-keys.ts';
import type { Append } from '../log/append.ts';
import { keyRows } from '../log/vouched-keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Store, Tables, Transaction } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { IssuerSite } from './issuer-site.ts';
import { type KeyRows, type KeyTimes, keyIn } from './key-times.ts';
import { recordMade } from './record-keys.ts';

export interface RotationDeps {
  readonly store: Store;
  readonly append: Append;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly ring: KeyRing;
  readonly sealing: SealingKey;
  readonly times: KeyTimes;
  readonly site: IssuerSite;
  readonly log: LogSite;
  readonly source: KeySource;
}

export type KeyAlgorithm = SigningKeyRow['algorithm'];

/** Where new keys come from. */
export interface KeySource {
  /** the name of the key that the configuration wants to sign, where somebody else holds it; undefined for one of our own making */
  wanted(algorithm: KeyAlgorithm): string | undefined;
  make(algorithm: KeyAlgorithm): Promise<MadeKey>;
}

/** Where the keys of the log are for everybody to see: at the broker itself. */
export interface LogSite {
  readonly address: string;
  /** The verifier key of a public key in PEM. */
  verifierKey(publicKey: string): string;
  /** ids of those that are there; none while no broker runs */
  readonly there: () => ReadonlySet<string>;
}

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
