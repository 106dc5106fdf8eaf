// The cases that go with a draft: for each rule a job that it permits, and for each entitlement jobs that nobody should take for
// those. They say what the draft decides as it is; where people decide otherwise, the cases that fail then say so.
import type { DraftedEntitlement, DraftOptions } from './draft-policy.ts';
import type { DraftRule } from './draft-rules.ts';
import { word } from './yaml-words.ts';

/** A job in the words of cases, all but what it asks for. */
type Job = Readonly<Record<string, string | { readonly into: string }>>;

interface DraftCase {
  readonly title: string;
  readonly job: Job;
  readonly expect: 'permit' | 'deny';
  readonly because?: string;
}

export function draftCases(entitlements: readonly DraftedEntitlement[], options: DraftOptions): string {
  return [
    '# A draft: what the draft of the policy decides. Where you decide otherwise, change the case too.',
    'cases:',
    ...entitlements.flatMap((one) => casesOf(one).flatMap((drafted) => caseLines(drafted, one, options))),
    '',
  ].join('\n');
}

function casesOf({ rules }: DraftedEntitlement): readonly DraftCase[] {
  const [first, ...more] = rules.map(jobOf);
  if (first === undefined) return [];
  const permitted = [first, ...more].map((job): DraftCase => {
    const title = `${titleOf(job)} gets it`;
    // Names can be long, and titles cannot.
    return { title: title.length > 200 ? 'A job of its rule gets it' : title, job, expect: 'permit' };
  });
  return [...permitted, ...refusedLike(first, rules)];
}

/** The first job that is permitted, with one thing otherwise that each rule asks for; and one that strangers start. */
function refusedLike(job: Job, rules: readonly DraftRule[]): readonly DraftCase[] {
  const asked = (key: string): boolean => rules.every(({ conditions }) => conditions.some(([one]) => one === key));
  const { environment: _environment, ...without } = job;
  const { branch: _branch, tag: _tag, 'pull-request': _pull, event: _event, ...where } = job;
  return [
    ...(asked('workflow')
      ? [
          {
            title: 'Another workflow does not',
            job: { ...job, workflow: otherThan(rules) },
            expect: 'deny',
            because: 'workflow',
          } as const,
        ]
      : []),
    ...(asked('environment')
      ? [
          {
            title: 'Without its environment it does not',
            job: without,
            expect: 'deny',
            because: 'environment',
          } as const,
        ]
      : []),
    {
      title: 'A pull request of a stranger, run by pull_request_target, does not',
      job: { event: 'pull_request_target', ...where },
      expect: 'deny',
      because: 'EVENT_NOT_ALLOWED',
    },
  ];
}

function otherThan(rules: readonly DraftRule[]): string {
  const taken = JSON.stringify(rules);
  let name = 'another';
  while (taken.includes(`/${name}.yml`)) name += '-one';
  return `.github/workflows/${name}.yml`;
}

/** A job that meets the conditions of a rule. */
function jobOf({ conditions }: DraftRule): Job {
  const words = Object.fromEntries(
    conditions.map(([key, value]): [string, Job[string]] => {
      if (typeof value === 'object' && 'into' in value) return [key, { into: exampleOf(value.into) }];
      return [key, key === 'branch' || key === 'tag' ? exampleOf(value) : ([value].flat()[0] ?? '')];
    }),
  );
  const { event = 'pull-request' in words ? 'pull_request' : 'push', ...rest } = words;
  return { event, ...rest };
}

/** What the first pattern matches. */
const exampleOf = (patterns: string | readonly string[]): string => ([patterns].flat()[0] ?? '').replace(/\*+/g, '1');

function titleOf({ event, branch, tag, 'pull-request': pull, environment }: Job): string {
  const into = typeof pull === 'object' ? ` into ${pull.into}` : '';
  const on = [branch, tag].flatMap((ref) => (ref === undefined ? [] : [` on ${String(ref)}`]));
  return `A job of ${String(event)}${on.join('')}${into}${environment === undefined ? '' : ` in ${String(environment)}`}`;
}

function caseLines(
  { title, job, expect, because }: DraftCase,
  { name, access }: DraftedEntitlement,
  { project, built }: DraftOptions,
): string[] {
  const words = Object.entries(job).map(([key, value]) =>
    typeof value === 'string' ? `${key}: ${word(value)}` : `${key}: { into: ${word(value.into)} }`,
  );
  return [
    `  - title: ${JSON.stringify(title)}`,
    ...[
      ...words,
      `ask: ${project}/${name}`,
      ...(built.includes(access.kind) ? [] : ['assuming: provider']),
      `expect: ${expect}`,
      ...(because === undefined ? [] : [`because: ${because}`]),
    ].map((line) => `    ${line}`),
  ];
}
