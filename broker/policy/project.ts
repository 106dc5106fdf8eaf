// Turns one project's file into a Project, and reports what in it does not fit the organization or the configuration.
import type { Entitlement, Project, Repository } from '../model.ts';
import type { CredentialKinds, Upstreams } from '../providers/credential-kinds.ts';
import { anyOf, didYouMean } from '../shapes/schema-problems.ts';
import type { ProjectDocument } from './document.ts';
import { compileEntitlement } from './entitlement.ts';
import type { Organization } from './organization.ts';
import { DEFAULT_ISSUER, listedOwnerId, type Owners, repositoryKey } from './policy-set.ts';
import type { Report } from './report.ts';
import { createSharing } from './sharing.ts';
import type { Steps } from './steps.ts';

export interface ProjectContext {
  readonly file: string;
  readonly digest: string;
  readonly blob: string;
  readonly organization: Organization;
  /** undefined where no configuration is at hand */
  readonly owners: Owners;
  readonly appIssuers: readonly string[] | undefined;
  readonly upstreams: Upstreams | undefined;
  readonly peopleCanSignIn: boolean | undefined;
  readonly factsCanBeAsked: boolean | undefined;
  readonly authorsCanBeAsked: boolean | undefined;
  readonly kinds: CredentialKinds;
  readonly report: Report;
}

/** A step for each entitlement. */
export function* compileProject(document: ProjectDocument, context: ProjectContext): Steps<Project> {
  const { report } = context;
  checkOwner(document, context);
  const repositories = repositoriesOf(document, context);
  const ofAll = { ...context, project: document.project, repositories, share: createSharing() };
  const entitlements = new Map<string, Entitlement>();
  for (const [name, entitlement] of Object.entries(document.entitlements)) {
    const place = report.under('entitlements', name);
    entitlements.set(name, compileEntitlement(name, entitlement, { ...ofAll, report: place }));
    yield;
  }
  return {
    name: document.project,
    title: document.title ?? document.project,
    owner: document.owner,
    digest: context.digest,
    file: context.file,
    blob: context.blob,
    repositories,
    entitlements,
  };
}

function checkOwner({ project, owner }: ProjectDocument, { organization, report }: ProjectContext): void {
  const { projects } = organization.document;
  const listed = Object.hasOwn(projects, project) ? projects[project] : undefined;
  if (listed === undefined) {
    report.error(
      ['project'],
      `"${project}" is not among the projects of ${organization.file}${didYouMean(project, Object.keys(projects)) || `: add \`${project}: { owner: ${owner} }\` there`}`,
    );
  } else if (listed.owner !== owner) {
    report.error(
      ['owner'],
      `is ${owner}, and ${organization.file} says that ${listed.owner} owns this project: the two must agree`,
    );
  }
}

function repositoriesOf(document: ProjectDocument, context: ProjectContext): readonly Repository[] {
  const seen = new Set<string>();
  return document.repositories.map(({ name, id, issuer }, index) => {
    const place = context.report.under('repositories', index);
    const repository = { name, id, issuer: issuerOf(issuer, context.owners, place) };
    const key = repositoryKey(repository.issuer, id);
    if (seen.has(key)) place.error(['id'], `the id "${id}" stands here twice`);
    seen.add(key);
    warnOfOwner(repository, context.owners, place);
    return repository;
  });
}

function issuerOf(given: string | undefined, owners: Owners, report: Report): string {
  if (owners === undefined) return given ?? DEFAULT_ISSUER;
  const names = [...owners.keys()];
  const [only, ...others] = names;
  if (given === undefined && others.length === 0) return only ?? DEFAULT_ISSUER;
  if (given === undefined)
    report.error(
      ['issuer'],
      `is missing: several issuers are configured, and ids of one mean nothing to another; write ${anyOf(names)}`,
    );
  else if (!owners.has(given))
    report.error(
      ['issuer'],
      `"${given}" is not an issuer of the configuration${didYouMean(given, names) || `: there is ${anyOf(names).replace(' or ', ' and ')}`}`,
    );
  return given ?? DEFAULT_ISSUER;
}

function warnOfOwner(repository: Repository, owners: Owners, report: Report): void {
  if (owners === undefined || !owners.has(repository.issuer) || listedOwnerId(owners, repository) !== undefined) return;
  report.warn(
    ['name'],
    `the owner of "${repository.name}" is not among \`issuers.${repository.issuer}.owners\` of the configuration: its jobs are refused`,
  );
}
