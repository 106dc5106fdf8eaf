// Puts together what was read and compiled of each file: the set, or everything that is wrong, in the order of the files. What
// only shows where files meet is found here: two files with one name, names in the organization's file that nobody has.
import { policySetDigest } from '../../shared/log-digests.ts';
import type { Finding } from '../yaml/strict-yaml.ts';
import type { CompiledProject, PolicyContext, ReadProject } from './compile-file.ts';
import { type CheckedOrganization, type Organization, teamsOf, unknownScopes } from './organization.ts';
import { ownersOf, type PolicySet } from './policy-set.ts';

export type LoadResult<S extends PolicySet = PolicySet> =
  | { readonly ok: true; readonly policies: S; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] };

export interface SetParts {
  readonly context: PolicyContext;
  readonly checked: CheckedOrganization;
  readonly organizationDigest: string | undefined;
  /** in the order of their names, like what follows */
  readonly read: readonly ReadProject[];
  /** those that could be read; none where the organization's file is wrong */
  readonly compiled: readonly CompiledProject[];
}

export function assembleSet(parts: SetParts): LoadResult {
  const { checked, read, compiled } = parts;
  const errors = [
    ...checked.errors,
    ...read.flatMap((one) => (one.ok ? [] : one.findings)),
    ...sameNames(read),
    ...compiled.flatMap((one) => one.errors),
  ];
  const warnings = [...checked.warnings, ...compiled.flatMap((one) => one.warnings)];
  if (checked.organization === undefined || errors.length > 0)
    return { ok: false, findings: readable(errors), warnings: readable(warnings) };
  const policies = setOf(parts, checked.organization);
  // Beside errors it would speak of entitlements that are there, and only did not load.
  const unknown = unknownScopes(checked.organization, policies.projects);
  return { ok: true, policies, warnings: readable([...warnings, ...unknown]) };
}

function setOf({ context, organizationDigest, read, compiled }: SetParts, organization: Organization): PolicySet {
  const ofOrganization = { file: context.organizationFile, digest: organizationDigest ?? '', project: undefined };
  const ofProjects = compiled.map(({ project: { file, digest, name } }) => ({ file, digest, project: name }));
  const documents = [ofOrganization, ...ofProjects].sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    digest: policySetDigest([ofOrganization, ...read]),
    documents,
    organizationDigest,
    projects: new Map(compiled.map(({ project }) => [project.name, project])),
    repositories: new Map(compiled.map(({ project, repositories }) => [project.name, repositories])),
    listed: new Set(compiled.flatMap(({ repositories }) => [...repositories.keys()])),
    freezes: organization.freezes,
    owners: ownersOf(context.issuers),
    teams: teamsOf(organization.document),
  };
}

/** Two files with one name would leave open which of them decides. */
function sameNames(read: readonly ReadProject[]): Finding[] {
  const first = new Map<string, string>();
  return read.flatMap((one) => {
    if (!one.ok) return [];
    const other = first.get(one.name);
    if (other === undefined) first.set(one.name, one.file);
    return other === undefined
      ? []
      : [one.atName(`"${one.name}" is already the project of ${other}: one project is one file`)];
  });
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
