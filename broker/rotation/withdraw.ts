// A key that leaked: out of the JWKS and another in its place in one transaction, whatever caches say. Whoever got at one private
// half got at those that lay beside it, so the next key goes with the one that signs.
import { BrokerError } from '../errors.ts';
import type { EndedLease } from '../issuance/end-leases-of-key.ts';
import type { MadeKey } from '../keys/make-keys.ts';
import type { CredentialAlgorithm } from '../keys/signing-keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Transaction } from '../store/store.ts';
import { changeKeys, type RotationDeps } from './change-keys.ts';
import { keyIn } from './key-times.ts';
import { recordMade, recordMoved } from './record-keys.ts';

export interface Leaked {
  readonly keyId: string;
  /** why it is taken to have leaked, in somebody's words */
  readonly reason: string;
}

export interface Withdrawn {
  /** ids, the one that leaked first */
  readonly withdrawn: readonly string[];
  /** the key that signs in its place; undefined where it did not sign any more, or not yet */
  readonly replacedBy: string | undefined;
  readonly leases: readonly EndedLease[];
}

/** @throws BrokerError NOT_FOUND with what to do, where there is nothing to withdraw */
export async function withdrawKey(deps: RotationDeps, leaked: Leaked): Promise<Omit<Withdrawn, 'leases'>> {
  const row = find(await deps.store.read((tx) => tx.signingKeys.all()), leaked.keyId);
  const algorithm = row.algorithm as CredentialAlgorithm;
  const replacement = row.state === 'current' ? await replacementFor(deps, algorithm) : undefined;
  const done = await changeKeys(deps, async (tx) => {
    const rows = await tx.signingKeys.all();
    const now = find(rows, leaked.keyId);
    if (now.state !== row.state) throw busy();
    const beside = now.state === 'current' ? keyIn(rows, 'next', algorithm) : undefined;
    const going = [now, ...(beside === undefined || beside.id === replacement?.id ? [] : [beside])];
    for (const one of going) await withdraw(deps, tx, { row: one, reason: leaked.reason });
    if (replacement !== undefined) await replace(deps, tx, { replacement, waiting: beside });
    return { withdrawn: going.map(({ id }) => id), replacedBy: replacement?.id };
  });
  deps.logger.warn('a signing key was withdrawn: it leaked', { key_ids: done.withdrawn, replaced_by: done.replacedBy });
  return done;
}

function find(rows: readonly SigningKeyRow[], keyId: string): SigningKeyRow {
  const row = rows.find(({ id }) => id === keyId);
  if (row === undefined)
    throw new BrokerError('NOT_FOUND', `There is no key "${keyId}": \`buildpass keys list\` shows their ids.`);
  if (row.purpose === 'log')
    throw new BrokerError(
      'NOT_FOUND',
      `"${keyId}" is a key of the log, which signs no credential: docs/operations.md says what to do when it leaked.`,
    );
  if (row.state === 'retired' || row.state === 'withdrawn')
    throw new BrokerError(
      'NOT_FOUND',
      `"${keyId}" is ${row.state} already: nobody who reads the key set afresh trusts it.`,
    );
  return row;
}

/** Of our own making: a fresh one, since who got at this one got at the next. What a KMS holds does not lie beside it. */
async function replacementFor(
  { store, source }: RotationDeps,
  algorithm: CredentialAlgorithm,
): Promise<Pick<MadeKey, 'id'> & { readonly made?: MadeKey }> {
  const reference = source.wanted(algorithm);
  const made = await source.make(algorithm);
  if (reference === undefined) return { id: made.id, made };
  const rows = await store.read((tx) => tx.signingKeys.all());
  const known = rows.find(({ id }) => id === made.id);
  if (known === undefined) return { id: made.id, made };
  if (known.state === 'next') return { id: made.id };
  throw new BrokerError(
    'NOT_FOUND',
    `The key that leaked is "${reference}" itself, which the configuration names: make another in the KMS, name it in keys.credential, start the broker with it, and withdraw this one then. Nothing was changed.`,
  );
}

async function withdraw(
  { append }: RotationDeps,
  tx: Transaction,
  { row, reason }: { row: SigningKeyRow; reason: string },
): Promise<void> {
  await recordMoved(append, tx, { row, state: 'withdrawn', changesAt: null, because: 'compromised', reason });
}

async function replace(
  { append }: RotationDeps,
  tx: Transaction,
  { replacement, waiting }: { replacement: { made?: MadeKey }; waiting: SigningKeyRow | undefined },
): Promise<void> {
  const { made } = replacement;
  if (made !== undefined) await recordMade(append, tx, { key: made, state: 'current', because: 'compromised' });
  else if (waiting === undefined) throw busy();
  else await recordMoved(append, tx, { row: waiting, state: 'current', changesAt: null, because: 'replaced' });
}

const busy = (): BrokerError =>
  new BrokerError('STORE_UNAVAILABLE', 'The keys changed meanwhile, and nothing was done: do it again.', {
    retryAfter: 1,
  });
