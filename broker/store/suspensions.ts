// What is suspended: everything, a project, an entitlement or a principal. Read when deciding and again when issuing; a row is
// there as long as it holds. The same thing may be paused several times: it goes on when the last of them is resumed.
import { type ExpressionBuilder, sql } from 'kysely';
import type { Millis } from '../clock.ts';
import type { Schema, SuspensionRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { PauseScope, SuspensionRow } from './schema.ts';

export interface Suspensions {
  /** The suspension that hits this entitlement or requester, the widest first; undefined when none does. */
  hitting(what: { project: string; entitlement: string; requester: string | null }): Promise<Suspension | undefined>;
  insert(row: SuspensionRow): Promise<void>;
  find(id: string): Promise<SuspensionRow | undefined>;
  /** the newest first */
  all(): Promise<readonly SuspensionRow[]>;
  /** Somebody proposes to resume, in the place of a proposal made at `instead`; true for exactly one of them. */
  propose(proposal: ResumeProposal): Promise<boolean>;
  /** Lifts it, as it was proposed at that time; true for exactly one caller. */
  lift(id: string, proposedAt: Millis | null): Promise<boolean>;
}

export type Suspension = Pick<SuspensionRow, 'scope' | 'reason'>;

export interface ResumeProposal {
  readonly id: string;
  /** null for the operator at the machine */
  readonly by: string | null;
  readonly at: Millis;
  readonly reason: string;
  readonly instead: Millis | null;
}

const WIDEST_FIRST = ['everything', 'project', 'entitlement', 'principal'];

export const suspensionTable = (statements: Statements): Suspensions => ({
  ...suspensionLookups(statements),
  ...suspensionChanges(statements),
});

type Lookups = Pick<Suspensions, 'hitting' | 'find' | 'all'>;

const suspensionLookups = ({ all, first }: Statements): Lookups => {
  const hitting = all((db, what: { project: string; entitlement: string; requester: string }) =>
    db
      .selectFrom('suspensions')
      .select(['scope', 'reason'])
      .where((row) =>
        row.or([
          row('scope', '=', 'everything'),
          row.and([row('scope', '=', 'project'), row('target', '=', what.project)]),
          row.and([row('scope', '=', 'entitlement'), row('target', '=', what.entitlement)]),
          row.and([row('scope', '=', 'principal'), row.exists(samePerson(row, what.requester))]),
        ]),
      ),
  );
  const find = first((db, { id }: { id: string }) => db.selectFrom('suspensions').selectAll().where('id', '=', id));
  const every = all((db) => db.selectFrom('suspensions').selectAll().orderBy('since', 'desc').orderBy('id', 'desc'));
  return {
    async hitting({ project, entitlement, requester }) {
      const rows = await hitting({ project, entitlement: `${project}/${entitlement}`, requester: requester ?? '' });
      rows.sort((a, b) => WIDEST_FIRST.indexOf(a.scope) - WIDEST_FIRST.indexOf(b.scope));
      return rows[0];
    },
    find: (id) => find({ id }),
    all: () => every({}),
  };
};

/** Whoever is paused does not get round it by linking another identity: principals that were merged are one person. */
function samePerson(row: ExpressionBuilder<Schema, 'suspensions'>, requester: string) {
  return row
    .selectFrom('principals as paused')
    .innerJoin('principals as asks', (join) =>
      join.on(sql`coalesce(asks.merged_into, asks.id)`, '=', sql`coalesce(paused.merged_into, paused.id)`),
    )
    .select('paused.id')
    .whereRef('paused.id', '=', 'suspensions.target')
    .where('asks.id', '=', requester);
}

const suspensionChanges = ({ first }: Statements): Omit<Suspensions, keyof Lookups> => {
  const insert = first((db, row: SuspensionRow) => db.insertInto('suspensions').values(row));
  const propose = first((db, { id, by, at, reason, instead }: ResumeProposal) =>
    db
      .updateTable('suspensions')
      .set({ resume_by: by, resume_at: at, resume_reason: reason })
      .where('id', '=', id)
      .where('resume_at', 'is', instead)
      .returning('id'),
  );
  const lift = first((db, { id, proposedAt }: { id: string; proposedAt: Millis | null }) =>
    db.deleteFrom('suspensions').where('id', '=', id).where('resume_at', 'is', proposedAt).returning('id'),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    propose: async (proposal) => (await propose(proposal)) !== undefined,
    lift: async (id, proposedAt) => (await lift({ id, proposedAt })) !== undefined,
  };
};
