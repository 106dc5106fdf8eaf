// Issuances: started, then succeeded, failed or unknown. An open one that nobody works on is closed by reconcile.
import type { Millis } from '../clock.ts';
import type { IssuanceRow } from './schema.ts';
import type { Database } from './store.ts';

export type { IssuanceRow } from './schema.ts';

export interface Issuances {
  insert(row: IssuanceRow): Promise<void>;
  find(id: string): Promise<IssuanceRow | undefined>;
  /** Closes an issuance that is still open; true for exactly one caller. */
  close(id: string, state: 'succeeded' | 'failed' | 'unknown', at: Millis): Promise<boolean>;
  /** Whatever was on record: its credential is handed to nobody. False where that is on record already. */
  withhold(id: string, at: Millis): Promise<boolean>;
  openSince(before: Millis): Promise<readonly IssuanceRow[]>;
}

export const issuanceTable = (db: Database): Issuances => ({
  async insert(row) {
    await db.insertInto('issuances').values(row).execute();
  },
  async find(id) {
    return db.selectFrom('issuances').selectAll().where('id', '=', id).executeTakeFirst();
  },
  async close(id, state, at) {
    const won = await db
      .updateTable('issuances')
      .set({ state, ended_at: at })
      .where('id', '=', id)
      .where('state', '=', 'started')
      .returning('id')
      .executeTakeFirst();
    return won !== undefined;
  },
  async withhold(id, at) {
    const changed = await db
      .updateTable('issuances')
      .set({ state: 'withheld', ended_at: at })
      .where('id', '=', id)
      .where('state', '!=', 'withheld')
      .returning('id')
      .executeTakeFirst();
    return changed !== undefined;
  },
  async openSince(before) {
    return db
      .selectFrom('issuances')
      .selectAll()
      .where('state', '=', 'started')
      .where('started_at', '<=', before)
      .execute();
  },
});
