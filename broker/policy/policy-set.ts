// A loaded policy directory: everything that deciding needs, indexed so that a decision looks nothing up by searching.
// Made from the documents and the configuration alone; the same documents have the same digest, here and when read back.
import { policySetDigest, textDigest } from '../../shared/log-digests.ts';
import type { Millis } from '../clock.ts';
import type { Project, Repository, Subject } from '../model.ts';
import { foldCase } from './pattern.ts';

export interface PolicyDocument {
  /** base name */
  readonly file: string;
  readonly text: string;
}

/** A time without issuances. */
export interface Freeze {
  readonly from: Millis;
  readonly to: Millis;
  /** the end, as people of its zone say it */
  readonly ends: string;
  readonly reason: string;
  /** scopes that it does not stop */
  readonly except: ReadonlySet<string>;
}

/** Owners that may ask, by issuer and folded name; undefined where no configuration is at hand. */
export type Owners = ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;

/** Who a team is: a team at GitHub, or a group at a sign-in provider, by its id there. */
export type TeamGroup = { readonly github: string } | { readonly signIn: string; readonly group: string };
/** A file of a set. */
export interface SetMember {
  readonly file: string;
  readonly digest: string;
  /** undefined for the organization's file */
  readonly project: string | undefined;
}

export interface PolicySet {
  /** hex SHA-256 over the canonical JSON of the sorted pairs of file and digest */
  readonly digest: string;
  /** without their texts, which the store has */
  readonly documents: readonly SetMember[];
  readonly organizationDigest: string | undefined;
  /** that its directory says it is of; undefined where nothing says so */
  readonly commit?: string | undefined;
  readonly projects: ReadonlyMap<string, Project>;
  /** by project, then by `repositoryKey` */
  readonly repositories: ReadonlyMap<string, ReadonlyMap<string, Repository>>;
  /** `repositoryKey` of every repository of any project */
  readonly listed: ReadonlySet<string>;
  readonly freezes: readonly Freeze[];
  readonly owners: Owners;
  /** of the organization's file, by name */
  readonly teams: ReadonlyMap<string, TeamGroup>;
}

/** A set with the texts of its documents, as commands have it that end soon. */
export interface TextedSet extends PolicySet {
  readonly documents: readonly (SetMember & PolicyDocument)[];
}

/** Issuers have no slash in their names, so that two repositories never share a key. */
export const repositoryKey = (issuer: string, id: string): string => `${issuer}/${id}`;

/** The subject's repository, where the project lists it. */
export const repositoryOf = (
  { repositories }: PolicySet,
  project: string,
  { issuer, repositoryId }: Pick<Subject, 'issuer' | 'repositoryId'>,
): Repository | undefined => repositories.get(project)?.get(repositoryKey(issuer, repositoryId));

/** The digest of a set, also of one that does not load. */
export function setDigest(documents: readonly PolicyDocument[]): string {
  return policySetDigest(documents.map(({ file, text }) => ({ file, digest: textDigest(text) })));
}

export interface ConfiguredIssuer {
  readonly name: string;
  readonly url?: string;
  readonly owners: Readonly<Record<string, string>>;
}

/** The issuers of github.com, whose ids the GitHub App knows; undefined where there is no choice, or none is known. */
export function appIssuersOf(issuers: readonly ConfiguredIssuer[] | undefined): readonly string[] | undefined {
  if (issuers === undefined || issuers.length < 2) return undefined;
  const isOfGithub = ({ name, url }: ConfiguredIssuer): boolean =>
    url === undefined ? name === DEFAULT_ISSUER : new URL(url).hostname === 'token.actions.githubusercontent.com';
  return issuers.filter(isOfGithub).map(({ name }) => name);
}

/** The issuer of a repository that names none, where no configuration says what issuers there are. */
export const DEFAULT_ISSUER = 'github';

export function ownersOf(issuers: readonly ConfiguredIssuer[] | undefined): Owners {
  if (issuers === undefined) return undefined;
  return new Map(
    issuers.map(({ name, owners }) => [
      name,
      new Map(Object.entries(owners).map(([owner, id]) => [foldCase(owner), id])),
    ]),
  );
}

/** The id that the configuration lists for the owner part of a repository's or a team's name. */
export function listedOwnerId(
  owners: NonNullable<Owners>,
  { issuer, name }: Pick<Repository, 'issuer' | 'name'>,
): string | undefined {
  return owners.get(issuer)?.get(foldCase(name.slice(0, name.indexOf('/'))));
}
