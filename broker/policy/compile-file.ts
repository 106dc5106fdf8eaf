// A project's file that was read strictly, held against the organization and compiled; and the little of it that a load looks at
// when it is known already. What it is compiled under has a key: under an equal key it compiles to the same.
import type { Project, Repository } from '../model.ts';
import type { CredentialKinds, Upstreams } from '../providers/credential-kinds.ts';
import type { Finding } from '../yaml/strict-yaml.ts';
import type { ProjectDocument } from './document.ts';
import { teamsNamed } from './entitlement.ts';
import { isElsewhere } from './fact-conditions.ts';
import { gitBlob } from './git-blob.ts';
import type { ConfiguredPeople, Organization } from './organization.ts';
import { type ParsedFile, placing } from './policy-file.ts';
import { appIssuersOf, type ConfiguredIssuer, ownersOf, type PolicyDocument, repositoryKey } from './policy-set.ts';
import { compileProject } from './project.ts';
import { type Findings, reportInto } from './report.ts';
import type { Steps } from './steps.ts';

export interface PolicyContext {
  /** base name of the organization's file */
  readonly organizationFile: string;
  /** undefined where no configuration is at hand: names of issuers are then not checked */
  readonly issuers: readonly ConfiguredIssuer[] | undefined;
  readonly upstreams: Upstreams | undefined;
  readonly kinds: CredentialKinds;
  /** whose repositories the GitHub App knows, by the configuration; undefined where none is at hand */
  readonly appIssuers?: readonly string[] | undefined;
  /** what the configuration says of people; undefined where none is at hand */
  readonly people?: ConfiguredPeople | undefined;
  /** whether a GitHub App is configured; undefined where no configuration is at hand */
  readonly facts?: boolean | undefined;
  /** whether the configuration says where the policies are kept; undefined where none is at hand */
  readonly keptIn?: boolean | undefined;
}

interface FileName {
  readonly file: string;
  readonly digest: string;
}

/** What a load needs to know of a file before, and without, compiling it. */
export type ReadProject = FileName &
  (
    | { readonly ok: false; readonly findings: readonly Finding[] }
    | {
        readonly ok: true;
        readonly name: string;
        /** an error at the project's name */
        readonly atName: (message: string) => Finding;
        readonly teams: readonly string[];
      }
  );

export interface CompiledProject extends Findings {
  readonly project: Project;
  /** by `repositoryKey` */
  readonly repositories: ReadonlyMap<string, Repository>;
}

export function readProject({ file, digest }: FileName, parsed: ParsedFile<ProjectDocument>): ReadProject {
  if (!parsed.ok) return { file, digest, ok: false, findings: parsed.findings };
  const { value, places } = parsed;
  const teams = new Set(
    Object.values(value.entitlements).flatMap((one) => teamsNamed(one).flatMap(({ teams: named }) => named)),
  );
  const place = placing(file, places);
  const atName = (message: string): Finding => place(['project'], message);
  return { file, digest, ok: true, name: value.project, atName, teams: [...teams] };
}

export function* compileFile(
  { file, digest, text }: FileName & PolicyDocument,
  { value, places }: Extract<ParsedFile<ProjectDocument>, { ok: true }>,
  { organization, context }: { organization: Organization; context: PolicyContext },
): Steps<CompiledProject> {
  const findings: Findings = { errors: [], warnings: [] };
  const project = yield* compileProject(value, {
    ...{ file, digest, blob: gitBlob(text), organization },
    owners: ownersOf(context.issuers),
    appIssuers: context.appIssuers ?? appIssuersOf(context.issuers),
    upstreams: context.upstreams,
    peopleCanSignIn: context.people && context.people.signIn.length > 0,
    factsCanBeAsked: context.facts,
    authorsCanBeAsked: context.keptIn,
    kinds: context.kinds,
    report: reportInto(findings, placing(file, places)),
  });
  const repositories = new Map(project.repositories.map((one) => [repositoryKey(one.issuer, one.id), one]));
  return { ...findings, project, repositories };
}

/**
 * Everything of the organization's file on which the compiled project depends, where nothing is wrong with it: an error may name
 * what else there is in that file, so what has errors is not covered. Freezes stand in the set, not in its projects.
 */
export function compiledUnder({ document }: Organization, { name, teams }: Extract<ReadProject, { ok: true }>): string {
  const { projects, guardrails } = document;
  const { freeze: _, waivers, 'allow-static': statics, ...ofAll } = guardrails;
  const isOwn = (scope: string): boolean => scope.startsWith(`${name}/`);
  return JSON.stringify([
    ofAll,
    waivers.filter(({ entitlement }) => isOwn(entitlement)),
    statics.filter(isOwn),
    projects[name],
    teams.filter((team) => !Object.hasOwn(document.teams, team)),
    teams.filter((team) => isElsewhere(document.teams[team])),
  ]);
}
