// Issuances: started, then succeeded, failed or unknown. An open one that nobody works on is closed by reconcile.
import type { Millis } from '../clock.ts';
import type { IssuanceRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { IssuanceRow } from './schema.ts';

export interface Issuances {
  insert(row: IssuanceRow): Promise<void>;
  find(id: string): Promise<IssuanceRow | undefined>;
  /** Closes an issuance that is still open; true for exactly one caller. */
  close(id: string, state: 'succeeded' | 'failed' | 'unknown', at: Millis): Promise<boolean>;
  /** Whatever was on record: its credential is handed to nobody. False where that is on record already. */
  withhold(id: string, at: Millis): Promise<boolean>;
  openSince(before: Millis): Promise<readonly IssuanceRow[]>;
  newestOf(of: { project: string; entitlement: string }): Promise<IssuanceRow | undefined>;
}

export const issuanceTable = ({ all, first }: Statements): Issuances => {
  const insert = first((db, row: IssuanceRow) => db.insertInto('issuances').values(row));
  const find = first((db, { id }: { id: string }) => db.selectFrom('issuances').selectAll().where('id', '=', id));
  const close = first((db, { id, state, at }: { id: string; state: IssuanceRow['state']; at: Millis }) =>
    db
      .updateTable('issuances')
      .set({ state, ended_at: at })
      .where('id', '=', id)
      .where('state', '=', 'started')
      .returning('id'),
  );
  const withhold = first((db, { id, at }: { id: string; at: Millis }) =>
    db
      .updateTable('issuances')
      .set({ state: 'withheld', ended_at: at })
      .where('id', '=', id)
      .where('state', '!=', 'withheld')
      .returning('id'),
  );
  const openSince = all((db, { before }: { before: Millis }) =>
    db.selectFrom('issuances').selectAll().where('state', '=', 'started').where('started_at', '<=', before),
  );
  const newestOf = first((db, of: { project: string; entitlement: string }) =>
    db
      .selectFrom('issuances')
      .innerJoin('requests', 'requests.id', 'issuances.request_id')
      .selectAll('issuances')
      .where('requests.project', '=', of.project)
      .where('requests.entitlement', '=', of.entitlement)
      .orderBy('issuances.started_at', 'desc')
      .limit(1),
  );
  return {
    newestOf,
    async insert(row) {
      await insert(row);
    },
    find: (id) => find({ id }),
    async close(id, state, at) {
      return (await close({ id, state, at })) !== undefined;
    },
    async withhold(id, at) {
      return (await withhold({ id, at })) !== undefined;
    },
    openSince: (before) => openSince({ before }),
  };
};
