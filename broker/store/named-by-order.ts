// What an order of revocation names, by the request that it hangs on: the same for leases, for what is under way, and for a list of leases.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { RevocationScope } from './schema.ts';

/** Beside `requests`; the lease is in the column that holds its id. */
export const IS_NAMED: Readonly<
  Record<RevocationScope, (target: string, lease: 'leases.id' | 'grants.lease_id') => RawBuilder<SqlBool>>
> = {
  everything: (target) => sql<SqlBool>`${target} = ''`,
  lease: (target, lease) => sql<SqlBool>`${sql.ref(lease)} = ${target}`,
  project: (target) => sql<SqlBool>`requests.project = ${target}`,
  entitlement: (target) => sql<SqlBool>`requests.project || '/' || requests.entitlement = ${target}`,
  repository: (target) => sql<SqlBool>`requests.issuer || '/' || requests.repository_id = ${target}`,
  commit: (target) => sql<SqlBool>`json_extract(requests.subject, '$.sha') = ${target}`,
  'called-workflow': (target) => sql<SqlBool>`json_extract(requests.subject, '$.jobWorkflowRef') = ${target}`,
  // For whom it was asked, and whose run it is, as a pause of a person has it (issuance/steps.ts).
  principal: (target) => sql<SqlBool>`(requests.requester IN ${principalsOf(target)} OR EXISTS
    (SELECT 1 FROM identities WHERE identities.provider = requests.issuer
      AND identities.provider_id = json_extract(requests.subject, '$.actorId')
      AND identities.principal_id IN ${principalsOf(target)}))`,
};

/** All principals of one person, under whichever of them something was done. */
export const principalsOf = (target: string): RawBuilder<unknown> =>
  sql`(SELECT p.id FROM principals p, principals q WHERE q.id = ${target}
    AND coalesce(p.merged_into, p.id) = coalesce(q.merged_into, q.id))`;

/** One statement a scope. */
export function eachScope<T>(make: (scope: RevocationScope) => T): Readonly<Record<RevocationScope, T>> {
  const scopes = Object.keys(IS_NAMED) as RevocationScope[];
  return Object.fromEntries(scopes.map((scope) => [scope, make(scope)])) as Record<RevocationScope, T>;
}
