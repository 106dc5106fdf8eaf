// The catalog for a person: every project with its entitlements as the policy in force says them, for whoever is signed in. A job
// is told less (catalog-answer.ts), since the log of a job may be read by the whole world (P7).
import type { PeopleCatalog } from '../../shared/catalog.ts';
import type { ApprovalTerms, Entitlement, Project } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { lifetimeOf, mutable } from './catalog-answer.ts';

export function peopleCatalog({ projects }: PolicySet): PeopleCatalog {
  return { projects: [...projects.values()].map(projectOf).sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

type CatalogProject = PeopleCatalog['projects'][number];

const projectOf = ({ name, title, owner, repositories, entitlements }: Project): CatalogProject => ({
  ...{ name, title, owner },
  repositories: repositories.map((one) => ({ issuer: one.issuer, name: one.name })),
  entitlements: [...entitlements.values()].map(entitlementOf),
});

/** Approvals, break-glass, or either. */
function waysOf({ by, count, within, breakGlass }: ApprovalTerms) {
  return {
    ...(by.length === 0 ? {} : { approval: { by: [...by], needed: count, within } }),
    ...(breakGlass === undefined ? {} : { break_glass: { for: [...breakGlass.for], notify: [...breakGlass.notify] } }),
  };
}

function entitlementOf(entitlement: Entitlement): CatalogProject['entitlements'][number] {
  const { title, description, credential, gives, risk, figure, ttl, revocation, terms, approval } = entitlement;
  return {
    scope: `${entitlement.project}/${entitlement.name}`,
    ...{ title, kind: credential.kind, gives, risk, risk_figure: mutable(figure), ttl, revocation, terms: [...terms] },
    ...(description === undefined ? {} : { description }),
    lifetime: lifetimeOf(entitlement),
    ...(approval === undefined ? {} : waysOf(approval)),
    rules: entitlement.rules.map(({ conditions }) =>
      conditions.map(({ key, expected }) => ({ condition: key, expected })),
    ),
    lacks: entitlement.lacks.map(({ what }) => what),
  };
}
