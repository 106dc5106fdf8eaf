// Who may give a verdict: a member of a team that the policy names, and never who asked, unless the policy says so by name (P4).
// People are compared as principals, which join the identities of one person; never by names.
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { ApartFrom } from '../approval-terms.ts';
import type { SignedIn } from '../model.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import type { Approval } from './approval.ts';

export interface Approver {
  readonly principal: string;
  readonly name: string;
  /** `github 501`: the identity that they are known by where they signed in */
  readonly identity: string;
  /** the issuers and sign-in providers at which this person has an identity */
  readonly providers: readonly string[];
  readonly teams: ReadonlySet<string>;
  readonly stepUp: SignedIn['stepUpMethod'];
}

export function approverOf(person: SignedIn): Approver {
  const { principal, name, identities, teams, stepUpMethod: stepUp } = person;
  const identity = identities.map(({ provider, providerId }) => `${provider} ${providerId}`).join(', ');
  return { principal, name, identity, providers: identities.map(({ provider }) => provider), teams, stepUp };
}

/** Why not, in words for this person, with what to do next. */
export interface MayNot {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The team by which this person may give a verdict, or why they may not. */
export function teamFor(approval: Approval, approver: Approver): { readonly team: string } | MayNot {
  const { terms, verdicts } = approval;
  if (terms.by.length === 0)
    return { code: 'NOT_AN_APPROVER', message: 'Nobody approves this: its policy has break-glass alone.' };
  const team = terms.by.find((one) => approver.teams.has(one));
  if (team === undefined)
    return {
      code: 'NOT_AN_APPROVER',
      message: `Only members of ${anyOf(terms.by)} decide this, and you are in none of them: ask one of them, or have the team's owner add you.`,
    };
  if (verdicts.some(({ principal }) => principal === approver.principal))
    return { code: 'APPROVAL_DECIDED', message: 'You have given your verdict on this already.' };
  return whyAsker(approval, approver) ?? whyAuthor(approval, approver) ?? { team };
}

function whyAsker(approval: Approval, approver: Approver): MayNot | undefined {
  const { askers, terms } = approval;
  if (terms.self) return undefined;
  if (askers.length === 0 || askers.includes(approver.principal))
    return {
      code: 'OWN_REQUEST',
      message: `You asked for this yourself, and nobody approves their own request: ask somebody else of ${anyOf(terms.by)}.`,
    };
  return unlinked(approval, approver, 'asked for this yourself');
}

interface AuthorWords {
  readonly code: ErrorCode;
  /** `Who … is not on record`, `whether you …` */
  readonly wrote: string;
  readonly own: string;
}

const AUTHOR_WORDS: Readonly<Record<ApartFrom, AuthorWords>> = {
  'commit-author': {
    code: 'OWN_COMMIT',
    wrote: 'wrote the commit',
    own: 'You wrote or committed what this job runs, and its policy wants somebody else to approve it',
  },
  'policy-author': {
    code: 'OWN_POLICY',
    wrote: 'wrote the policy',
    own: 'You changed the policy that lets this job ask, and it wants somebody else to approve it',
  },
};

/** Where the policy keeps authors from approving, also where people may approve their own request. */
function whyAuthor(approval: Approval, approver: Approver): MayNot | undefined {
  const { authors, terms } = approval;
  for (const kind of terms.apartFrom) {
    const { code, wrote, own } = AUTHOR_WORDS[kind];
    const those = authors[kind];
    if (those === undefined)
      return {
        code,
        message: `Who ${wrote} is not on record any more, and must not be who approves: have the job ask again.`,
      };
    if (those.includes(approver.principal))
      return { code, message: `${own}: ask somebody else of ${anyOf(terms.by)}.` };
    const unknown = unlinked(approval, approver, wrote);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** Somebody who is unknown where the request was made could be the one who made it. */
function unlinked({ issuer }: Approval, { providers }: Approver, what: string): MayNot | undefined {
  if (providers.includes(issuer)) return undefined;
  return {
    code: 'IDENTITY_UNLINKED',
    message: `It cannot be told whether you ${what}: link your account at ${issuer} to this one first.`,
  };
}
