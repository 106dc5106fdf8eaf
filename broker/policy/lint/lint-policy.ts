// Reads a policy directory as a careful reviewer would, and says what loads and still should be changed. Pure. Nothing here stops
// a load: what must not be is an error of the loader or a guardrail; what the loader warns of is not said again.
import type { Entitlement, Project } from '../../model.ts';
import { type KeyPath, parseStrictYaml, type StrictYaml } from '../../strict-yaml.ts';
import { type ProjectDocument, projectSchema } from '../document.ts';
import type { PolicyContext } from '../load-policy.ts';
import { organizationSchema } from '../organization-document.ts';
import { type PolicySet, repositoryKey, type TextedSet } from '../policy-set.ts';
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
export function lintPolicy(policies: TextedSet, context: Pick<PolicyContext, 'organizationFile' | 'kinds'>): Linted {
  const { documents } = policies;
  const organization = documents.find(({ file }) => file === context.organizationFile);
  const read = organization === undefined ? undefined : parseStrictYaml(organization, organizationSchema);
  const teams = read?.ok === true ? Object.keys(read.yaml.value.teams) : [];
  const found = documents.flatMap((document) => {
    const project = document.project === undefined ? undefined : policies.projects.get(document.project);
    const parsed = project === undefined ? undefined : parseStrictYaml(document, projectSchema);
    if (project === undefined || parsed?.ok !== true) return [];
    return [
      ...entitlementsOf(project, parsed.yaml, { teams, kinds: context.kinds }),
      ...sharedRepositories(project, parsed.yaml, policies),
    ];
  });
  const offers = read?.ok === true ? offersOf(read.yaml, policies, context) : [];
  const all = [...offers, ...found].sort(byPlace);
  return { findings: all.slice(0, MAX_FINDINGS), leftOut: Math.max(0, all.length - MAX_FINDINGS) };
}

const byPlace = (a: LintFinding, b: LintFinding): number =>
  a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;

function entitlementsOf(
  project: Project,
  { value, finding }: StrictYaml<ProjectDocument>,
  { teams, kinds }: { teams: readonly string[]; kinds: PolicyContext['kinds'] },
): LintFinding[] {
  const budget = newBudget();
  const { owner, repositories } = project;
  return Object.entries(value.entitlements).flatMap(([name, document]) => {
    const credential: Entitlement['credential'] | undefined = project.entitlements.get(name)?.credential;
    const kind = kinds.get(document.credential.kind);
    const facts = { name, owner, repositories, budget, kind, teams, parameters: credential?.parameters };
    const base: KeyPath = ['entitlements', name];
    return entitlementFindings(document, facts).map((advice) => placed(finding, base, advice));
  });
}

function sharedRepositories(
  project: Project,
  { finding }: StrictYaml<ProjectDocument>,
  { repositories, projects }: PolicySet,
): LintFinding[] {
  return project.repositories.flatMap(({ issuer, id, name }, index) => {
    const others = [...projects.keys()].filter(
      (other) => other !== project.name && repositories.get(other)?.has(repositoryKey(issuer, id)) === true,
    );
    // Once for each pair, in the project that comes later.
    const [first] = others.filter((other) => other < project.name);
    if (first === undefined) return [];
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

function offersOf(
  { value, finding }: StrictYaml<ReturnType<typeof organizationSchema.parse>>,
  policies: PolicySet,
  { kinds }: Pick<PolicyContext, 'kinds'>,
): LintFinding[] {
  return Object.entries(value.projects).flatMap(([name, { 'may-offer': mayOffer }]) => {
    const used = [...(policies.projects.get(name)?.entitlements.values() ?? [])];
    const base: KeyPath = ['projects', name, 'may-offer'];
    return offerFindings(mayOffer, used, kinds).map((advice) => placed(finding, base, advice));
  });
}
