// Signing keys: public halves in the clear, private halves sealed under the key-encryption key, which is never here.
import type { SigningKeyRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { SigningKeyRow } from './schema.ts';

export interface SigningKeys {
  insert(row: SigningKeyRow): Promise<void>;
  /** Newest first. */
  all(): Promise<readonly SigningKeyRow[]>;
}

export const signingKeyTable = ({ all, first }: Statements): SigningKeys => {
  const insert = first((db, row: SigningKeyRow) => db.insertInto('signing_keys').values(row));
  const newestFirst = all((db, _: object) =>
    db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').orderBy('id'),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    all: () => newestFirst({}),
  };
};
