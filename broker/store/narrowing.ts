// What a list of leases is narrowed to: by the rule of an order of revocation, so that the list shows beforehand what an order ends;
// and by who approved, which no order can name.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { IS_NAMED, principalsOf } from './named-by-order.ts';
import type { RevocationScope } from './schema.ts';

type Filter = Exclude<RevocationScope, 'everything'> | 'approved-by';

/** Of these alone: of several, what all of them name. */
export type Narrowing = Readonly<Partial<Record<Filter, string | undefined>>>;

/** Every name that a list can be narrowed to, as a statement is given it: null where it is not. */
export type Names = Readonly<Record<Filter, string | null>>;

const { everything: _all, ...BY_ORDER } = IS_NAMED;
const IS_OF: Readonly<Record<Filter, (target: string, lease: 'leases.id') => RawBuilder<SqlBool>>> = {
  ...BY_ORDER,
  'approved-by': (target) =>
    sql<SqlBool>`EXISTS (SELECT 1 FROM approval_requests a, verdicts v WHERE a.request_id = requests.id
      AND v.approval_id = a.approval_id AND v.verdict = 'approve' AND v.principal IN ${principalsOf(target)})`,
};
const FILTERS = Object.keys(IS_OF) as Filter[];

export const namesOf = (narrowing: Narrowing): Names =>
  Object.fromEntries(FILTERS.map((filter) => [filter, narrowing[filter] ?? null])) as Names;

export const isNamedByAll = (names: Names): RawBuilder<SqlBool> =>
  sql<SqlBool>`${sql.join(
    FILTERS.map((filter) => sql`(${names[filter]} IS NULL OR ${IS_OF[filter](names[filter] as string, 'leases.id')})`),
    sql` AND `,
  )}`;
