// Break-glass incidents of entitlements, and the invocations in them. An entitlement has one that nobody has reviewed, or none.
import type { Millis } from '../clock.ts';
import type { IncidentRow, InvocationRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { IncidentRow, InvocationRow } from './schema.ts';

export interface Incidents {
  /** The one that nobody has reviewed yet, whether it is over or not. */
  unreviewed(of: { project: string; entitlement: string }): Promise<IncidentRow | undefined>;
  allUnreviewed(): Promise<readonly IncidentRow[]>;
  find(id: string): Promise<IncidentRow | undefined>;
  open(row: IncidentRow): Promise<void>;
  /** Counts one more and keeps it; false where the incident was reviewed meanwhile. */
  invoke(row: InvocationRow): Promise<boolean>;
  invocationOn(approvalId: string): Promise<InvocationRow | undefined>;
  /** The first one first. */
  invocationsOf(incidentId: string): Promise<readonly InvocationRow[]>;
  /** True for exactly one caller. */
  review(of: { id: string; reviewer: string; at: Millis }): Promise<boolean>;
}

export const incidentTable = (statements: Statements): Incidents => ({
  ...incidentLookups(statements),
  ...incidentChanges(statements),
});

type Changes = Pick<Incidents, 'open' | 'invoke' | 'review'>;

const incidentChanges = ({ first }: Statements): Changes => {
  const open = first((db, row: IncidentRow) => db.insertInto('incidents').values(row));
  const count = first((db, { id }: { id: string }) =>
    db
      .updateTable('incidents')
      .set((row) => ({ invocations: row('invocations', '+', 1) }))
      .where('id', '=', id)
      .where('reviewed_at', 'is', null)
      .returning('id'),
  );
  const insert = first((db, row: InvocationRow) => db.insertInto('invocations').values(row));
  const review = first((db, { id, reviewer, at }: { id: string; reviewer: string; at: Millis }) =>
    db
      .updateTable('incidents')
      .set({ reviewed_at: at, reviewer })
      .where('id', '=', id)
      .where('reviewed_at', 'is', null)
      .returning('id'),
  );
  return {
    async open(row) {
      await open(row);
    },
    async invoke(row) {
      if ((await count({ id: row.incident_id })) === undefined) return false;
      await insert(row);
      return true;
    },
    async review(of) {
      return (await review(of)) !== undefined;
    },
  };
};

const incidentLookups = ({ all, first }: Statements): Omit<Incidents, keyof Changes> => {
  const unreviewed = first((db, of: { project: string; entitlement: string }) =>
    db
      .selectFrom('incidents')
      .selectAll()
      .where('project', '=', of.project)
      .where('entitlement', '=', of.entitlement)
      .where('reviewed_at', 'is', null),
  );
  const allUnreviewed = all((db, _: object) =>
    db.selectFrom('incidents').selectAll().where('reviewed_at', 'is', null).orderBy('id'),
  );
  const find = first((db, { id }: { id: string }) => db.selectFrom('incidents').selectAll().where('id', '=', id));
  const invocationOn = first((db, { id }: { id: string }) =>
    db.selectFrom('invocations').selectAll().where('approval_id', '=', id),
  );
  const invocationsOf = all((db, { id }: { id: string }) =>
    db.selectFrom('invocations').selectAll().where('incident_id', '=', id).orderBy('number'),
  );
  return {
    unreviewed: (of) => unreviewed(of),
    allUnreviewed: () => allUnreviewed({}),
    find: (id) => find({ id }),
    invocationOn: (id) => invocationOn({ id }),
    invocationsOf: (id) => invocationsOf({ id }),
  };
};
