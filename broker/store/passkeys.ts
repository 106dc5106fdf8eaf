// Passkeys that people registered here. The public key and the id of the credential are no secrets, but nobody's business either.
import type { Millis } from '../clock.ts';
import type { PasskeyRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { PasskeyRow } from './schema.ts';

export interface Passkeys {
  /** False where somebody has this credential already. */
  insert(row: PasskeyRow): Promise<boolean>;
  /** Oldest first. */
  of(principal: string): Promise<readonly PasskeyRow[]>;
  /** Notes a use with the counter that the authenticator gave. */
  used(use: { id: string; counter: number; at: Millis }): Promise<void>;
  /** True where this person had it. */
  remove(id: string, principal: string): Promise<boolean>;
  /** Removes all of a person's; returns their ids. */
  removeAllOf(principal: string): Promise<readonly string[]>;
}

export const passkeyTable = ({ all, first }: Statements): Passkeys => {
  const insert = first((db, row: PasskeyRow) =>
    db
      .insertInto('passkeys')
      .values(row)
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .returning('id'),
  );
  const of = all((db, { principal }: { principal: string }) =>
    db.selectFrom('passkeys').selectAll().where('principal_id', '=', principal).orderBy('created_at'),
  );
  const used = first((db, { id, counter, at }: { id: string; counter: number; at: Millis }) =>
    db.updateTable('passkeys').set({ counter, used_at: at }).where('id', '=', id),
  );
  const remove = first((db, { id, principal }: { id: string; principal: string }) =>
    db.deleteFrom('passkeys').where('id', '=', id).where('principal_id', '=', principal).returning('id'),
  );
  const removeAllOf = all((db, { principal }: { principal: string }) =>
    db.deleteFrom('passkeys').where('principal_id', '=', principal).returning('id'),
  );
  return {
    insert: async (row) => (await insert(row)) !== undefined,
    of: (principal) => of({ principal }),
    used: async (use) => void (await used(use)),
    remove: async (id, principal) => (await remove({ id, principal })) !== undefined,
    removeAllOf: async (principal) => (await removeAllOf({ principal })).map(({ id }) => id),
  };
};
