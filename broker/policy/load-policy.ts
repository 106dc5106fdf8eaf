// Loads a policy directory, whole or not at all: every file is read strictly, checked against the organization's and the
// configuration, and compiled for deciding. Pure: the same documents and context give the same result, on any machine.
import { textDigest } from '../../shared/log-digests.ts';
import type { Project } from '../model.ts';
import type { CredentialKinds } from '../providers/credential-kinds.ts';
import { type Finding, parseStrictYaml, type StrictYaml } from '../strict-yaml.ts';
import { type ProjectDocument, projectSchema } from './document.ts';
import {
  type ConfiguredPeople,
  type Organization,
  readOrganization,
  teamsOf,
  warnOfUnknownScopes,
} from './organization.ts';
import {
  appIssuersOf,
  byFile,
  type ConfiguredIssuer,
  indexRepositories,
  ownersOf,
  type PolicyDocument,
  type PolicySet,
  setDigest,
} from './policy-set.ts';
import { compileProject } from './project.ts';
import { type Findings, reportInto } from './report.ts';

export { type PolicyDocument, type PolicySet, setDigest, type TeamGroup } from './policy-set.ts';

export interface PolicyContext {
  /** base name of the organization's file */
  readonly organizationFile: string;
  /** undefined where no configuration is at hand: names of issuers are then not checked */
  readonly issuers: readonly ConfiguredIssuer[] | undefined;
  readonly upstreams: readonly string[] | undefined;
  readonly kinds: CredentialKinds;
  /** what the configuration says of people; undefined where none is at hand */
  readonly people?: ConfiguredPeople | undefined;
}

export type LoadResult =
  | { readonly ok: true; readonly policies: PolicySet; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] };

export function loadPolicy(documents: readonly PolicyDocument[], context: PolicyContext): LoadResult {
  const findings: Findings = { errors: [], warnings: [] };
  const digested = documents.toSorted(byFile).map(({ file, text }) => ({ file, text, digest: textDigest(text) }));
  const ofOrganization = digested.find(({ file }) => file === context.organizationFile);
  const organization = readOrganization(ofOrganization, {
    file: context.organizationFile,
    ...{ kinds: context.kinds, people: context.people, findings },
  });
  const read = digested
    .filter((document) => document !== ofOrganization)
    .flatMap((document) => readProject(document, findings));
  refuseSameNames(read, findings);
  const projects = organization === undefined ? [] : compileAll(read, { context, organization, findings });

  const warnings = readable(findings.warnings);
  if (organization === undefined || findings.errors.length > 0)
    return { ok: false, findings: readable(findings.errors), warnings };
  const projectOf = new Map(projects.map(({ file, name }) => [file, name]));
  const policies: PolicySet = {
    digest: setDigest(documents),
    documents: digested.map((document) => ({ ...document, project: projectOf.get(document.file) })),
    organizationDigest: ofOrganization?.digest,
    projects: new Map(projects.map((project) => [project.name, project])),
    ...indexRepositories(projects),
    freezes: organization.freezes,
    owners: ownersOf(context.issuers),
    teams: teamsOf(organization.document),
  };
  return { ok: true, policies, warnings };
}

interface ReadProject {
  readonly file: string;
  readonly digest: string;
  readonly yaml: StrictYaml<ProjectDocument>;
}

function readProject(document: PolicyDocument & { readonly digest: string }, findings: Findings): ReadProject[] {
  const result = parseStrictYaml(document, projectSchema);
  if (result.ok) return [{ file: document.file, digest: document.digest, yaml: result.yaml }];
  findings.errors.push(...result.findings);
  return [];
}

/** Two files with one name would leave open which of them decides. */
function refuseSameNames(read: readonly ReadProject[], findings: Findings): void {
  const first = new Map<string, string>();
  for (const { file, yaml } of read) {
    const { project } = yaml.value;
    const other = first.get(project);
    if (other !== undefined)
      findings.errors.push(
        yaml.finding(['project'], `"${project}" is already the project of ${other}: one project is one file`),
      );
    else first.set(project, file);
  }
}

function compileAll(
  read: readonly ReadProject[],
  { context, organization, findings }: { context: PolicyContext; organization: Organization; findings: Findings },
): readonly Project[] {
  const owners = ownersOf(context.issuers);
  const projects = read.map(({ file, digest, yaml }) =>
    compileProject(yaml.value, {
      file,
      digest,
      organization,
      owners,
      appIssuers: appIssuersOf(context.issuers),
      upstreams: context.upstreams,
      peopleCanSignIn: context.people && context.people.signIn.length > 0,
      kinds: context.kinds,
      report: reportInto(findings, yaml.finding),
    }),
  );
  // Beside errors it would speak of entitlements that are there, and only did not load.
  if (findings.errors.length > 0) return projects;
  warnOfUnknownScopes(
    organization,
    new Set(projects.flatMap(({ name, entitlements }) => [...entitlements.keys()].map((one) => `${name}/${one}`))),
  );
  return projects;
}

/** More than anybody mends at once; a hostile file could have thousands. */
const MAX_FINDINGS = 200;

function readable(findings: readonly Finding[]): readonly Finding[] {
  const ordered = inOrder(findings);
  const [next, ...rest] = ordered.slice(MAX_FINDINGS);
  const more =
    next === undefined ? [] : [{ ...next, key: '', message: `${rest.length + 1} more findings are not listed` }];
  return [...ordered.slice(0, MAX_FINDINGS), ...more];
}

const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1));
