// The conditions on a job's ref. Ref, kind of ref and event are judged together: each event can have only certain kinds of ref,
// and a job that shows another (a closed pull request shows its base branch) meets none of these conditions.
import type { Condition, Subject } from '../model.ts';
import { anyOf } from '../schema-problems.ts';
import { type RefKind, refKindOf, refKindsOf } from './events.ts';
import { matchesAny } from './pattern.ts';
import { wanting } from './wanting.ts';

export function branchCondition(patterns: readonly string[]): Condition {
  return shortRefCondition('branch', patterns, 'run the job on such a branch');
}

export function tagCondition(patterns: readonly string[]): Condition {
  return shortRefCondition('tag', patterns, 'run the job on such a tag');
}

export function refCondition(patterns: readonly string[]): Condition {
  const matches = matchesAny(patterns);
  return wanting('ref', {
    values: patterns,
    remedy: 'run the job on such a ref',
    holds: (subject) => kindOfJob(subject) !== undefined && matches(subject.ref),
    got: shownRef,
  });
}

/** The base branch of a pull request, which its author cannot choose freely; never the head's name, which they can. */
export function pullRequestCondition(bases: readonly string[]): Condition {
  const matches = matchesAny(bases);
  const isPull = (subject: Subject): boolean =>
    subject.eventName === 'pull_request' && kindOfJob(subject) === 'pull' && subject.baseRef !== '';
  return wanting('pull-request', {
    values: [`into ${anyOf(bases)}`],
    remedy: 'run the job for a pull request into such a branch',
    holds: (subject) => isPull(subject) && matches(subject.baseRef),
    got: (subject) => (isPull(subject) ? `into ${subject.baseRef}` : shownRef(subject)),
  });
}

const START = { branch: 'refs/heads/', tag: 'refs/tags/' } as const;

/** Of a short ref, the part that is compared: one function for all conditions of a key. */
const gotBranch = (subject: Subject): string | undefined => shortRef('branch', subject) ?? shownRef(subject);
const gotTag = (subject: Subject): string | undefined => shortRef('tag', subject) ?? shownRef(subject);

const shortRef = (key: keyof typeof START, subject: Subject): string | undefined =>
  kindOfJob(subject) === key ? subject.ref.slice(START[key].length) : undefined;

function shortRefCondition(key: keyof typeof START, patterns: readonly string[], remedy: string): Condition {
  const matches = matchesAny(patterns);
  const holds = (subject: Subject): boolean => {
    const ref = shortRef(key, subject);
    return ref !== undefined && matches(ref);
  };
  return wanting(key, { values: patterns, remedy, holds, got: key === 'branch' ? gotBranch : gotTag });
}

/** The kind of the job's ref, where its type and its event agree with it. */
function kindOfJob({ ref, refType, eventName }: Subject): RefKind | undefined {
  const kind = refKindOf(ref);
  if (!refKindsOf(eventName).some((one) => one === kind)) return undefined;
  // GitHub says "branch" for pull requests too; for the others the claim must say the same as the ref.
  return kind === 'pull' || kind === refType ? kind : undefined;
}

function shownRef({ ref, refType, eventName }: Subject): string | undefined {
  if (ref === '') return undefined;
  return refKindsOf(eventName).includes(refKindOf(ref) ?? 'pull') ? ref : `${ref} (${refType}, of a ${eventName} job)`;
}
