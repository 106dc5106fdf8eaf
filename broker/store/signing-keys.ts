// Signing keys: public halves in the clear, private halves sealed under the key-encryption key, which is never here.
import type { KeyState, SigningKeyRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { KeyState, SigningKeyRow } from './schema.ts';

export interface KeyChange {
  readonly id: string;
  /** the state that it must be in */
  readonly from: KeyState;
  readonly state: KeyState;
  readonly changedAt: number;
  readonly changesAt: number | null;
}

export interface SigningKeys {
  insert(row: SigningKeyRow): Promise<void>;
  /** Newest first. */
  all(): Promise<readonly SigningKeyRow[]>;
  stateOf(id: string): Promise<KeyState | undefined>;
  /** Moves a key on; true for exactly one caller. */
  move(change: KeyChange): Promise<boolean>;
  /** When a key that waits is due: its state stays. */
  setDue(id: string, changesAt: number): Promise<void>;
  /** The private half goes: nothing will be signed or proved by it any more. */
  forgetPrivateKey(id: string): Promise<void>;
}

export const signingKeyTable = (statements: Statements): SigningKeys => ({
  ...keyLookups(statements),
  ...keyChanges(statements),
});

const keyLookups = ({ all, first }: Statements): Pick<SigningKeys, 'all' | 'stateOf'> => {
  const newestFirst = all((db, _: object) =>
    db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').orderBy('id'),
  );
  const stateOf = first((db, { id }: { id: string }) =>
    db.selectFrom('signing_keys').select('state').where('id', '=', id),
  );
  return {
    all: () => newestFirst({}),
    async stateOf(id) {
      return (await stateOf({ id }))?.state;
    },
  };
};

const keyChanges = ({ first }: Statements): Omit<SigningKeys, 'all' | 'stateOf'> => {
  const insert = first((db, row: SigningKeyRow) => db.insertInto('signing_keys').values(row));
  const move = first((db, { id, from, state, changedAt, changesAt }: KeyChange) =>
    db
      .updateTable('signing_keys')
      .set({ state, changed_at: changedAt, changes_at: changesAt })
      .where('id', '=', id)
      .where('state', '=', from)
      .returning('id'),
  );
  const setDue = first((db, { id, changesAt }: { id: string; changesAt: number }) =>
    db.updateTable('signing_keys').set({ changes_at: changesAt }).where('id', '=', id),
  );
  const forget = first((db, { id }: { id: string }) =>
    db.updateTable('signing_keys').set({ sealed_private_key: '' }).where('id', '=', id),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    async move(change) {
      return (await move(change)) !== undefined;
    },
    async setDue(id, changesAt) {
      await setDue({ id, changesAt });
    },
    async forgetPrivateKey(id) {
      await forget({ id });
    },
  };
};
