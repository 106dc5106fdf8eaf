// A key that leaked: out of the JWKS and another in its place in one transaction, whatever caches say. Whoever got at one private
// half got at those that lay beside it, so the next key goes with the one that signs, and of the log whatever else still signs.
import { BrokerError } from '../errors.ts';
import type { EndedLease } from '../issuance/end-leases-of-key.ts';
import type { MadeKey } from '../keys/make-keys.ts';
import type { Appended } from '../log/append.ts';
import { keyRows } from '../log/vouched-keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Transaction } from '../store/store.ts';
import { changeKeys, vouchedRows } from './change-keys.ts';
import { type KeyRows, keyIn } from './key-times.ts';
import { recordMade, recordMoved } from './record-keys.ts';
import type { KeyAlgorithm, RotationDeps } from './rotation-deps.ts';

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
  /** of a key of the log alone */
  readonly log: WithdrawnLogKey | undefined;
}

export interface WithdrawnLogKey {
  /** the verifier keys of those that were withdrawn, in the same order */
  readonly withdrawn: readonly string[];
  /** the verifier key to trust from here on */
  readonly signs: string;
  /** index of the entry that says so */
  readonly entry: number;
}

/** @throws BrokerError NOT_FOUND with what to do, where there is nothing to withdraw */
export async function withdrawKey(deps: RotationDeps, leaked: Leaked): Promise<Omit<Withdrawn, 'leases'>> {
  const row = find(await deps.store.read((tx) => rowsFor(tx, leaked)), leaked.keyId);
  const replacement = row.state === 'current' ? await replacementFor(deps, row.algorithm) : undefined;
  const done = await changeKeys(deps, async (tx) => {
    const rows = await rowsFor(tx, leaked);
    const now = find(rows, leaked.keyId);
    if (now.state !== row.state) throw busy();
    const beside = now.state === 'current' ? rows.filter((one) => laidBeside(one, now)) : [];
    const waiting = beside.find(({ id }) => id === replacement?.id);
    const going = [now, ...beside.filter((one) => one !== waiting)];
    let entry = 0;
    for (const one of going) entry = (await withdraw(deps, tx, { row: one, reason: leaked.reason }))?.index ?? entry;
    if (replacement !== undefined) await replace(deps, tx, { replacement, waiting });
    const log = now.purpose === 'log' ? logKeys(deps, { going, entry, rows: await vouchedRows(deps, tx) }) : undefined;
    return { withdrawn: going.map(({ id }) => id), replacedBy: replacement?.id, log };
  });
  deps.logger.warn('a signing key was withdrawn: it leaked', { key_ids: done.withdrawn, replaced_by: done.replacedBy });
  return done;
}

/** What somebody put into the store is moved nowhere: its entry would follow from nothing in the log. */
async function rowsFor(tx: Transaction, { keyId }: Leaked): Promise<KeyRows> {
  const { vouched, others } = await keyRows(tx);
  const changed = others.find(({ row }) => row.id === keyId);
  if (changed === undefined) return vouched;
  throw new BrokerError(
    'NOT_FOUND',
    `The store has "${keyId}" as ${changed.row.state}, and the log ${changed.logged === undefined ? 'has no such key' : `as ${changed.logged.state}`}: somebody who can write to the store changed it. Nothing was done; docs/operations.md ("A key that was put back") says how to go on.`,
  );
}

function find(rows: readonly SigningKeyRow[], keyId: string): SigningKeyRow {
  const row = rows.find(({ id }) => id === keyId);
  if (row === undefined)
    throw new BrokerError('NOT_FOUND', `There is no key "${keyId}": \`buildpass keys list\` shows their ids.`);
  // Copies of a key of the log that is retired can still be used, on whoever trusts it alone: that it leaked is to be on record.
  if (row.state === 'withdrawn' || (row.state === 'retired' && row.purpose === 'credential'))
    throw new BrokerError(
      'NOT_FOUND',
      `"${keyId}" is ${row.state} already: nobody who reads ${row.purpose === 'log' ? 'the log' : 'the key set afresh'} trusts it.`,
    );
  return row;
}

const laidBeside = ({ algorithm, state, purpose }: SigningKeyRow, leaked: SigningKeyRow): boolean =>
  algorithm === leaked.algorithm && (state === 'next' || (state === 'previous' && purpose === 'log'));

function logKeys(
  { log }: RotationDeps,
  { going, entry, rows }: { going: KeyRows; entry: number; rows: KeyRows },
): WithdrawnLogKey {
  const signs = keyIn(rows, 'current', 'EdDSA');
  if (signs === undefined) throw busy();
  return {
    withdrawn: going.map((row) => log.verifierKey(row.public_key)),
    signs: log.verifierKey(signs.public_key),
    entry,
  };
}

/** Of our own making: a fresh one, since who got at this one got at the next. What a KMS holds does not lie beside it. */
async function replacementFor(
  deps: RotationDeps,
  algorithm: KeyAlgorithm,
): Promise<Pick<MadeKey, 'id'> & { readonly made?: MadeKey }> {
  const { store, source } = deps;
  const reference = source.wanted(algorithm);
  const replacement = knownAs(deps, algorithm, reference) ?? (await madeFor(deps, algorithm, reference));
  if (reference === undefined) return replacement;
  const rows = await store.read((tx) => tx.signingKeys.all());
  const known = rows.find(({ id }) => id === replacement.id);
  if (known === undefined) return replacement;
  if (known.state === 'next') return { id: known.id };
  throw new BrokerError(
    'NOT_FOUND',
    `The key that leaked is "${reference}" itself, which the configuration names: make another in the KMS, name it in keys.credential, start the broker with it, and withdraw this one then. Nothing was changed.`,
  );
}

/** Of one that is on record nobody has to be asked: where an account was taken over, the KMS may answer nobody any more. */
function knownAs(
  { ring }: RotationDeps,
  algorithm: KeyAlgorithm,
  reference: string | undefined,
): { id: string } | undefined {
  return ring.published.find(
    (key) => key.held === 'elsewhere' && key.algorithm === algorithm && key.reference === reference,
  );
}

async function madeFor({ source }: RotationDeps, algorithm: KeyAlgorithm, reference: string | undefined) {
  const made = await source.make(algorithm).catch((cause: unknown) => {
    if (reference === undefined) throw cause;
    throw new BrokerError(
      'UPSTREAM_FAILED',
      `"${reference}", which is to take its place, cannot be looked at (${(cause as Error).message}), and nothing was changed: take it out of keys.credential, start the broker, and withdraw this one then. One of the broker's own making takes its place.`,
      { cause },
    );
  });
  return { id: made.id, made };
}

async function withdraw(
  { append }: RotationDeps,
  tx: Transaction,
  { row, reason }: { row: SigningKeyRow; reason: string },
): Promise<Appended | undefined> {
  return recordMoved(append, tx, { row, state: 'withdrawn', changesAt: null, because: 'compromised', reason });
}

async function replace(
  deps: RotationDeps,
  tx: Transaction,
  { replacement, waiting }: { replacement: { made?: MadeKey }; waiting: SigningKeyRow | undefined },
): Promise<void> {
  const { made } = replacement;
  if (made !== undefined) await recordMade(deps, tx, { key: made, state: 'current', because: 'compromised' });
  else if (waiting === undefined) throw busy();
  else await recordMoved(deps.append, tx, { row: waiting, state: 'current', changesAt: null, because: 'replaced' });
}

const busy = (): BrokerError =>
  new BrokerError('STORE_UNAVAILABLE', 'The keys changed meanwhile, and nothing was done: do it again.', {
    retryAfter: 1,
  });
