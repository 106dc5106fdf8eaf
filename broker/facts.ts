// What a decision may need that no token says: found out elsewhere, before anything is decided. A fact that could not be had is
// neither a yes nor a no; whoever asks for it says why, in words that tell what to do.
import type { ApartFrom } from './approval-terms.ts';

/** `unavailable` ends a sentence that begins with what is not known. */
export type Found<T> = { readonly value: T } | { readonly unavailable: string };

/** The attempt of a run that a job belongs to. */
export interface RunFact {
  /** who started this attempt; the token names only who started the first */
  readonly startedBy: Account;
  /** whether it has ended: nothing of it asks for anything any more */
  readonly ended: boolean;
}

/** A commit whose signature GitHub verified. Without one it names whomever its maker wrote into it. */
export interface CommitFact {
  readonly author: Account;
  /** GitHub's own account where it made the commit for somebody */
  readonly committer: Account;
}

/** A project's policy file as it decides, and the commit that its directory says it is of. */
export interface PolicyVersion {
  readonly project: string;
  /** base name */
  readonly file: string;
  /** id of its bytes as git has it */
  readonly blob: string;
  /** undefined where the directory was not read since the start */
  readonly commit: string | undefined;
}

/** One text for each version. */
export const versionKey = ({ file, blob, commit }: PolicyVersion): string => JSON.stringify([file, blob, commit]);

/** Who changed a policy lately, and which version of it that is about. */
export interface PolicyFact {
  /** its `versionKey` */
  readonly of: string;
  readonly authors: Found<readonly Account[]>;
}

export interface Account {
  readonly id: string;
  readonly login: string;
  readonly isProgram: boolean;
}

/** What was found out for one ask. What is left out was not asked for, because it could not have mattered. */
export interface Facts {
  /** why none can be had, where nobody can be asked */
  readonly nobody?: string;
  readonly run?: Found<RunFact>;
  /** who wrote the job's commit and who committed it; both, where it is the same account */
  readonly commit?: Found<CommitFact>;
  /** who changed the policy that decides, by project */
  readonly policies?: ReadonlyMap<string, PolicyFact>;
  /** whether the rules of the job's environment keep anybody out */
  readonly environment?: Found<boolean>;
  /** by name of the team: whether who started this attempt is in it */
  readonly teams?: ReadonlyMap<string, Found<boolean>>;
}

/** Whom each kind keeps from approving; undefined where nobody asked. */
export const authorsIn: Readonly<
  Record<ApartFrom, (facts: Facts, project: string) => Found<readonly Account[]> | undefined>
> = {
  'commit-author': ({ commit }) =>
    commit !== undefined && 'value' in commit ? { value: [commit.value.author, commit.value.committer] } : commit,
  'policy-author': ({ policies }, project) => policies?.get(project)?.authors,
};

export interface FactsNeeded {
  readonly run: boolean;
  readonly commit: boolean;
  readonly policies: readonly PolicyVersion[];
  readonly environment: boolean;
  readonly teams: readonly TeamAsked[];
}

/** A team of the organization's file, by its ids at GitHub; undefined where GitHub has no such team. */
export interface TeamAsked {
  readonly name: string;
  readonly at: { readonly organizationId: string; readonly teamId: string } | undefined;
}

export const NOTHING_NEEDED: Facts = {};

export const NOBODY_TO_ASK: Facts = {
  nobody: 'no GitHub App is configured here (`github` in the configuration, see docs/operations.md)',
};
