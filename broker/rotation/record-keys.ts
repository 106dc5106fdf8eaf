// The steps in the life of a key inside a transaction: the row and the entry that says so change together, or neither does.
import type { Millis } from '../clock.ts';
import type { MadeKey } from '../keys/make-keys.ts';
import type { Append, Appended } from '../log/append.ts';
import { type EntryFields, isoTime } from '../log/entry.ts';
import type { KeyState, SigningKeyRow } from '../store/signing-keys.ts';
import type { Transaction } from '../store/store.ts';
import type { RotationDeps } from './rotation-deps.ts';

type Because = NonNullable<EntryFields<'key.created'>['because']>;

export async function recordMade(
  { append, log }: Pick<RotationDeps, 'append' | 'log'>,
  tx: Transaction,
  { key, state, because }: { key: MadeKey; state: 'next' | 'current'; because: Because },
): Promise<void> {
  await tx.signingKeys.insert({ ...key, state, created_at: tx.now, changed_at: tx.now, changes_at: null });
  const made = { ...keyFields(key), public_key: key.public_key, created_at: isoTime(tx.now), state, because };
  const fields = key.purpose === 'log' ? { ...made, verifier_key: log.verifierKey(key.public_key) } : made;
  await append(tx, { type: 'key.created', fields: { ...fields, changes_at: null } });
}

/** It is where relying parties look: it may sign from `changesAt` on. */
export async function recordSeen(
  append: Append,
  tx: Transaction,
  { row, issuer, changesAt }: { row: SigningKeyRow; issuer: string; changesAt: Millis },
): Promise<void> {
  await tx.signingKeys.setDue(row.id, changesAt);
  await append(tx, { type: 'key.seen', fields: { ...keyFields(row), issuer, changes_at: isoTime(changesAt) } });
}

export interface Move {
  readonly row: SigningKeyRow;
  readonly state: KeyState;
  readonly changesAt: Millis | null;
  readonly because: EntryFields<'key.rotated'>['because'];
  readonly reason?: string;
}

/**
 * Where the private half is forgotten, so that no hand in the store makes it sign again. Of who puts back the whole row from a copy the
 * rows alone cannot tell: the log does (log/vouched-keys.ts).
 */
const OVER: readonly KeyState[] = ['retired', 'withdrawn'];

/** Its entry; undefined where it was not in the state that the caller knew it in: then nothing happened. */
export async function recordMoved(append: Append, tx: Transaction, move: Move): Promise<Appended | undefined> {
  const { row, state, changesAt, because, reason } = move;
  const { id, state: from } = row;
  if (!(await tx.signingKeys.move({ id, from, state, changedAt: tx.now, changesAt }))) return undefined;
  if (OVER.includes(state)) await tx.signingKeys.forgetPrivateKey(id);
  const changes_at = changesAt === null ? null : isoTime(changesAt);
  return append(tx, {
    type: 'key.rotated',
    fields: { ...keyFields(row), from, state, changes_at, because },
    // What somebody writes about a leak may name people.
    ...(reason === undefined ? {} : { personal: { reason } }),
  });
}

const keyFields = ({ id, purpose, algorithm }: MadeKey) => ({ key_id: id, purpose, algorithm });
