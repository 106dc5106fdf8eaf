// Signing keys: public halves in the clear, private halves sealed under the key-encryption key, which is never here.
import type { SigningKeyRow } from './schema.ts';
import type { Database } from './store.ts';

export type { SigningKeyRow } from './schema.ts';

export interface SigningKeys {
  insert(row: SigningKeyRow): Promise<void>;
  /** Newest first. */
  all(): Promise<readonly SigningKeyRow[]>;
}

export const signingKeyTable = (db: Database): SigningKeys => ({
  async insert(row) {
    await db.insertInto('signing_keys').values(row).execute();
  },
  async all() {
    return db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
  },
});
