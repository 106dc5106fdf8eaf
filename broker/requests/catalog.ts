// The catalog for one job: every entitlement of the projects that list its repository, each decided as an ask would be, at one
// moment and without asking. Nothing of another project, and a page of bounded size, whatever the policies hold.
import type { Facts, FactsNeeded } from '../facts.ts';
import type { Decision, Project, Subject } from '../model.ts';
import { allNeeded } from '../policy/facts-needed.ts';
import type { InForce } from '../policy/in-force-source.ts';
import { type PolicySet, repositoryOf } from '../policy/policy-set.ts';
import type { Transaction } from '../store/store.ts';
import { decisionFor, missingFacts, readContext } from './ask-context.ts';

export interface CatalogPage {
  readonly items: readonly CatalogItem[];
  /** what to ask for what follows; undefined where nothing does */
  readonly next: string | undefined;
}

export interface CatalogItem {
  /** project/entitlement */
  readonly scope: string;
  readonly decision: Exclude<Decision, { outcome: 'stranger' }>;
}

const PAGE = 50;

/** @throws BrokerError PAUSED while everything is suspended, as an ask would */
export async function catalogFor(
  deps: { readonly policies: InForce },
  tx: Transaction,
  { subject, after, facts }: { subject: Subject; after: string | undefined; facts: Facts },
): Promise<CatalogPage | { readonly needed: FactsNeeded }> {
  const policies = await deps.policies(tx);
  const scopes = projectsOf(policies, subject).flatMap(({ name, entitlements }) =>
    [...entitlements.keys()].map((entitlement) => ({ project: name, entitlement, scope: `${name}/${entitlement}` })),
  );
  // By scope, not by place in a file: a page goes on where the last one ended, also when a policy has changed between them.
  const rest = scopes.filter(({ scope }) => after === undefined || scope > after).sort(byScope);
  const items: CatalogItem[] = [];
  const missing: FactsNeeded[] = [];
  for (const { scope, project, entitlement } of rest.slice(0, PAGE)) {
    const context = await readContext(deps, tx, { subject, request: { project, entitlement }, facts });
    const needed = missingFacts(tx, context);
    if (needed !== undefined) missing.push(needed);
    const decision = await decisionFor(tx, context);
    if (decision.outcome !== 'stranger') items.push({ scope, decision });
  }
  // All of them are asked for at once: they are about the job, and not about what it might have.
  const all = allNeeded(missing);
  if (all !== undefined) return { needed: all };
  return { items, next: rest.length > PAGE ? items.at(-1)?.scope : undefined };
}

const byScope = (a: { scope: string }, b: { scope: string }): number => (a.scope < b.scope ? -1 : 1);

const projectsOf = (policies: PolicySet, subject: Subject): readonly Project[] =>
  [...policies.projects.values()].filter(({ name }) => repositoryOf(policies, name, subject) !== undefined);
