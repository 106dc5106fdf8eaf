// Reads a policy directory as a careful reviewer would, and says what loads and still should be changed. Pure. Nothing here stops
// a load: what must not be is an error of the loader or a guardrail; what the loader warns of is not said again.
import type { z } from 'zod';
import type { Entitlement, Project } from '../../model.ts';
import type { CredentialKind, CredentialKinds } from '../../providers/credential-kinds.ts';
import { type KeyPath, parseStrictYaml, type StrictYaml, type StrictYamlResult } from '../../yaml/strict-yaml.ts';
import { type ProjectDocument, projectSchema } from '../document.ts';
import type { PolicyContext } from '../load-policy.ts';
import { type OrganizationDocument, organizationSchema } from '../organization-document.ts';
import { type PolicyDocument, type PolicySet, repositoryKey, type TextedSet } from '../policy-set.ts';
import { entitlementFindings } from './entitlement-findings.ts';
import { type LintFinding, placed } from './lint-finding.ts';
import { offerFindings } from './offer-findings.ts';
import { newBudget } from './shadowed-rules.ts';

/** More than anybody mends at once. */
const MAX_FINDINGS = 200;

export interface Linted {
  readonly findings: readonly LintFinding[];
  /** further ones, which are not listed */
  readonly leftOut: number;
}

/** `policies`: what the loader made of its documents under the same context. */
export function lintPolicy(policies: TextedSet, { kinds }: Pick<PolicyContext, 'kinds'>): Linted {
  const context = { policies, kinds, teams: [...policies.teams.keys()], owners: firstOwners(policies) };
  const all = policies.documents.flatMap((document) => findingsOf(document, context).sort(byPlace));
  return { findings: all.slice(0, MAX_FINDINGS), leftOut: Math.max(0, all.length - MAX_FINDINGS) };
}

interface Context {
  readonly policies: PolicySet;
  readonly kinds: CredentialKinds;
  readonly teams: readonly string[];
  /** the first project that lists each repository, by `repositoryKey` */
  readonly owners: ReadonlyMap<string, string>;
}

function firstOwners({ repositories }: PolicySet): Context['owners'] {
  const owners = new Map<string, string>();
  for (const [project, listed] of repositories)
    for (const key of listed.keys()) if (!owners.has(key)) owners.set(key, project);
  return owners;
}

function findingsOf(document: TextedSet['documents'][number], context: Context): LintFinding[] {
  if (document.project === undefined) return offersOf(readAgain(document, organizationSchema), context);
  const project = context.policies.projects.get(document.project) as Project;
  const yaml = readAgain(document, projectSchema);
  return [...entitlementsOf(project, yaml, context), ...sharedRepositories(project, yaml, context)];
}

/** What has loaded is read without a problem. */
function readAgain<T>(document: PolicyDocument, schema: z.ZodType<T>): StrictYaml<T> {
  return (parseStrictYaml(document, schema) as Extract<StrictYamlResult<T>, { ok: true }>).yaml;
}

/** Within one file; the documents of a set are in the order of their names. */
const byPlace = (a: LintFinding, b: LintFinding): number => a.line - b.line || a.column - b.column;

function entitlementsOf(
  project: Project,
  { value, finding }: StrictYaml<ProjectDocument>,
  { teams, kinds }: Context,
): LintFinding[] {
  const budget = newBudget();
  const { owner, repositories } = project;
  return Object.entries(value.entitlements).flatMap(([name, document]) => {
    const { parameters } = (project.entitlements.get(name) as Entitlement).credential;
    const kind = kinds.get(document.credential.kind) as CredentialKind;
    const facts = { name, owner, repositories, budget, kind, teams, parameters };
    const base: KeyPath = ['entitlements', name];
    return entitlementFindings(document, facts).map((advice) => placed(finding, base, advice));
  });
}

/** Each in the projects that come later. */
function sharedRepositories(
  project: Project,
  { finding }: StrictYaml<ProjectDocument>,
  { owners }: Context,
): LintFinding[] {
  return project.repositories.flatMap(({ issuer, id, name }, index) => {
    const first = owners.get(repositoryKey(issuer, id));
    if (first === project.name) return [];
    return [
      placed(finding, ['repositories', index], {
        code: 'LINT_REPOSITORY_SHARED',
        path: ['id'],
        message: `the project ${first} lists "${name}" (id ${id}) too: what one of the two owners forbids, a job may have from the other.`,
        remedy: 'take it out of the project that does not own it, or make the two one project.',
      }),
    ];
  });
}

function offersOf({ value, finding }: StrictYaml<OrganizationDocument>, { policies, kinds }: Context): LintFinding[] {
  return Object.entries(value.projects).flatMap(([name, { 'may-offer': mayOffer }]) => {
    const used = [...(policies.projects.get(name)?.entitlements.values() ?? [])];
    const base: KeyPath = ['projects', name, 'may-offer'];
    return offerFindings(mayOffer, used, kinds).map((advice) => placed(finding, base, advice));
  });
}
