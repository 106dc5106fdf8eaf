// What the ref conditions may say: patterns that a ref of Git can match at all. A pattern that can match nothing is a typo that
// would only be found when a job is refused.
import { type RefKind, refKindOf } from './events.ts';
import { patternProblem } from './pattern.ts';
import { canMatchNumbered, canStartWith } from './pattern-run.ts';

/** `branch` and `tag` leave out what comes before the name. */
export function shortRefProblem(key: 'branch' | 'tag', value: string): string | undefined {
  const start = key === 'branch' ? 'refs/heads/' : 'refs/tags/';
  if (value.startsWith(start))
    return `can match nothing that is meant: \`${key}\` leaves out ${start}, write "${value.slice(start.length)}"`;
  if (value.startsWith('refs/')) return `is a full ref: write \`ref: "${value}"\` instead of \`${key}\``;
  return patternProblem(value) ?? gitProblem(value);
}

export function fullRefProblem(value: string): string | undefined {
  const problem = patternProblem(value);
  if (problem !== undefined) return problem;
  if (refKindsOfPattern(value).length > 0) return gitProblem(value);
  const remedy = value.startsWith('refs/')
    ? 'a ref of a job is refs/heads/…, refs/tags/… or refs/pull/NUMBER/merge'
    : `a ref is written in full, write "refs/heads/${value}" or \`branch: "${value}"\``;
  return `can match nothing: ${remedy}`;
}

const STARTS: readonly (readonly [RefKind, string])[] = [
  ['branch', 'refs/heads/'],
  ['tag', 'refs/tags/'],
];

/** The kinds of ref that a full pattern can match. */
export function refKindsOfPattern(value: string): readonly RefKind[] {
  if (!value.includes('*')) return [refKindOf(value) ?? []].flat();
  // `refs/pull/27/head` exists in Git, and no job has it.
  const isPull = canMatchNumbered(value, 'refs/pull/', '/merge');
  return [
    ...STARTS.filter(([, start]) => canStartWith(value, start)).map(([kind]) => kind),
    ...(isPull ? ['pull' as const] : []),
  ];
}

// `git help check-ref-format`: no ref can contain these.
const NOT_IN_A_REF = /[\s\p{Cc}~^:]|\.\.|@\{|\/\/|\/\.|^\.|^\/|\/$|\.$|\.lock(?=\/|$)/u;

export function gitProblem(value: string): string | undefined {
  const part = NOT_IN_A_REF.exec(value)?.[0];
  if (part === undefined) return undefined;
  const remedy = value.endsWith('/') ? `, write "${value}**" for everything below it` : '';
  return `can match nothing: no ref of Git has "${part}" there${remedy}`;
}
