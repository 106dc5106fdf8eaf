// What a list of leases is narrowed to: by the rule of an order of revocation, so that the list shows beforehand what an order ends.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { IS_NAMED } from './named-by-order.ts';
import type { RevocationScope } from './schema.ts';

type Named = Exclude<RevocationScope, 'everything'>;

/** Of these alone: of several, what all of them name. */
export type Narrowing = Readonly<Partial<Record<Named, string | undefined>>>;

/** Every name that a list can be narrowed to, as a statement is given it: null where it is not. */
export type Names = Readonly<Record<Named, string | null>>;

const NAMED = Object.keys(IS_NAMED).filter((scope): scope is Named => scope !== 'everything');

export const namesOf = (narrowing: Narrowing): Names =>
  Object.fromEntries(NAMED.map((scope) => [scope, narrowing[scope] ?? null])) as Names;

export const isNamedByAll = (names: Names): RawBuilder<SqlBool> =>
  sql<SqlBool>`${sql.join(
    NAMED.map((scope) => sql`(${names[scope]} IS NULL OR ${IS_NAMED[scope](names[scope] as string, 'leases.id')})`),
    sql` AND `,
  )}`;
