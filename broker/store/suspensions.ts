// What is suspended: everything, a project, an entitlement or a principal. Read when deciding and again when issuing.
import type { Statements } from './statements.ts';

export interface Suspensions {
  /** The suspension that hits this entitlement or requester, the widest first; undefined when none does. */
  hitting(what: { project: string; entitlement: string; requester: string | null }): Promise<Suspension | undefined>;
}

export interface Suspension {
  readonly scope: 'everything' | 'project' | 'entitlement' | 'principal';
  readonly reason: string;
}

const WIDEST_FIRST = ['everything', 'project', 'entitlement', 'principal'];

export const suspensionTable = ({ all }: Statements): Suspensions => {
  const hitting = all((db, what: { project: string; entitlement: string; requester: string }) =>
    db
      .selectFrom('suspensions')
      .select(['scope', 'reason'])
      .where((row) =>
        row.or([
          row('scope', '=', 'everything'),
          row.and([row('scope', '=', 'project'), row('target', '=', what.project)]),
          row.and([row('scope', '=', 'entitlement'), row('target', '=', what.entitlement)]),
          row.and([row('scope', '=', 'principal'), row('target', '=', what.requester)]),
        ]),
      ),
  );
  return {
    async hitting({ project, entitlement, requester }) {
      const rows = await hitting({ project, entitlement: `${project}/${entitlement}`, requester: requester ?? '' });
      rows.sort((a, b) => WIDEST_FIRST.indexOf(a.scope) - WIDEST_FIRST.indexOf(b.scope));
      return rows[0] as Suspension | undefined;
    },
  };
};
