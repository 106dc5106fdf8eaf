// The conditions on a job's ref. Ref, kind of ref and event are judged together: each event can have only certain kinds of ref,
// and a job that shows another (a closed pull request shows its base branch) meets none of these conditions.
import type { Condition, Subject } from '../model.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import { type RefKind, refKindOf, refKindsOf } from './events.ts';
import { type PatternSort, patternCondition } from './pattern-condition.ts';

export const branchCondition = (patterns: readonly string[]): Condition => patternCondition(BRANCH, patterns);
export const tagCondition = (patterns: readonly string[]): Condition => patternCondition(TAG, patterns);
export const refCondition = (patterns: readonly string[]): Condition => patternCondition(REF, patterns);

/** The base branch of a pull request, which its author cannot choose freely; never the head's name, which they can. */
export const pullRequestCondition = (bases: readonly string[]): Condition => patternCondition(PULL_REQUEST, bases);

const REF: PatternSort = {
  key: 'ref',
  remedy: 'run the job on such a ref',
  of: (subject) => (kindOfJob(subject) === undefined ? undefined : subject.ref),
  got: shownRef,
};

const PULL_REQUEST: PatternSort = {
  key: 'pull-request',
  remedy: 'run the job for a pull request into such a branch',
  of: (subject) => (isPull(subject) ? subject.baseRef : undefined),
  got: (subject) => (isPull(subject) ? `into ${subject.baseRef}` : shownRef(subject)),
  inWords: (bases) => `into ${anyOf(bases)}`,
};

const START = { branch: 'refs/heads/', tag: 'refs/tags/' } as const;
const BRANCH = shortRefSort('branch', 'run the job on such a branch');
const TAG = shortRefSort('tag', 'run the job on such a tag');

/** Of a short ref, the part that is compared. */
function shortRefSort(key: keyof typeof START, remedy: string): PatternSort {
  const of = (subject: Subject): string | undefined =>
    kindOfJob(subject) === key ? subject.ref.slice(START[key].length) : undefined;
  return { key, remedy, of, got: (subject) => of(subject) ?? shownRef(subject) };
}

const isPull = (subject: Subject): boolean =>
  subject.eventName === 'pull_request' && kindOfJob(subject) === 'pull' && subject.baseRef !== '';

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
