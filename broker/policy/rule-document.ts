// A rule of `allow` as it is written: the conditions there are, and what each may say. All conditions of a rule must hold.
// The keys of this schema are the list of conditions; the compiler, the guardrails and the reference are made from them.
import { z } from 'zod';
import { firstInvisible } from '../../shared/invisible.ts';
import { didYouMean } from '../shapes/schema-problems.ts';
import { claimProblem } from './claim-names.ts';
import { EVENTS } from './events.ts';
import { id, judged, oneOrMore, pattern, team, text, workflowFile } from './forms.ts';
import { patternProblem } from './pattern.ts';
import { fullRefProblem, gitProblem, shortRefProblem } from './ref-form.ts';
import { isZone, zoneNames } from './time-zones.ts';

const DAY = '(mon|tue|wed|thu|fri|sat|sun)';
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';

const branch = judged((value) => shortRefProblem('branch', value));
export const zone = judged(
  (value) => (isZone(value) ? undefined : 'is not a time zone such as Europe/Berlin'),
  (value) => didYouMean(value, zoneNames()),
);
export const event = judged(
  (value) => (EVENTS.includes(value) ? undefined : 'is not an event that starts a job'),
  (value) =>
    value === 'workflow_call'
      ? ': a called workflow runs under the event of its caller, see `called-workflow`'
      : didYouMean(value, EVENTS) || ' (events are named, there are no patterns)',
).meta({ enum: [...EVENTS] });

// GitHub keeps no name with a space at either end, so that one here would match nothing.
export const environment = judged(
  (value) =>
    patternProblem(value) ?? (value.trim() === value ? undefined : 'can match nothing: it starts or ends with a space'),
);
const claimValue = z
  .string()
  .min(1)
  .max(1_024)
  .superRefine((value, context) => {
    const unseen = firstInvisible(value);
    if (unseen !== undefined) context.addIssue(unseen.message);
  });

export const RUNNERS = ['github-hosted', 'self-hosted'] as const;
export const VISIBILITIES = ['public', 'private', 'internal'] as const;

const calledWorkflow = judged((value) => {
  const form =
    /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[^/@*\s\p{C}]+\.ya?ml@(refs\/(?:heads|tags)\/[^*]+|[0-9a-f]{40}|[0-9a-f]{64})$/u;
  const ref = form.exec(value)?.[1];
  if (ref !== undefined) return gitProblem(ref);
  const short = /^[^@]+@(?!refs\/)([^@*]+)$/.exec(value)?.[1];
  const remedy =
    short === undefined
      ? ''
      : `; instead of "@${short}" write "@refs/tags/${short}", "@refs/heads/${short}" or, safest, the full commit`;
  return `can match nothing: write owner/repository/.github/workflows/file.yml@ref, whole and without wildcards${remedy}`;
});

const timeWindow = z
  .strictObject({
    zone: zone.describe('Whose clocks count, such as Europe/Berlin.'),
    days: oneOrMore(text(new RegExp(`^${DAY}(-${DAY})?$`), 'a day or days such as mon, sat or mon-fri'))
      .optional()
      .describe('Left out: every day.'),
    between: oneOrMore(text(new RegExp(`^${CLOCK}-${CLOCK}$`), 'times such as "09:00-17:00"'))
      .optional()
      .describe('Left out: the whole day. A window may run past midnight.'),
  })
  .refine(
    ({ days, between }) => days !== undefined || between !== undefined,
    'has no `days` and no `between`: it would always hold',
  );

const claims = z
  .record(judged(claimProblem), oneOrMore(claimValue))
  .refine((value) => Object.keys(value).length > 0, 'names no claim: name one, or leave the key out')
  .meta({ minProperties: 1 });

const conditions = {
  repository: oneOrMore(pattern).describe('Repositories of this policy, by name; compared by their ids.'),
  branch: oneOrMore(branch).describe('Branch of the job, without refs/heads/. Never a tag or a pull request.'),
  tag: oneOrMore(judged((value) => shortRefProblem('tag', value))).describe('Tag of the job, without refs/tags/.'),
  ref: oneOrMore(judged(fullRefProblem)).describe('Full ref of the job.'),
  'pull-request': oneOrMore(z.strictObject({ into: oneOrMore(branch).describe('The base branch.') })).describe(
    'A pull request into one of these base branches, by whoever: also from a fork, where the repository gives forks tokens that write.',
  ),
  environment: oneOrMore(environment).describe('Environment that the job names, whatever its letters are cased like.'),
  event: oneOrMore(event).describe(
    'What started the job. Left out: push, workflow_dispatch, release; with `pull-request`: pull_request.',
  ),
  workflow: oneOrMore(workflowFile).describe(
    'Workflow file that the run was started from, as it stands on the job’s own ref: that of a pull request is the pull request’s own.',
  ),
  'called-workflow': oneOrMore(calledWorkflow).describe(
    'Reusable workflow that the job is written in, the innermost where one calls another: exact, or pinned by commit. `branch` and `workflow` are the caller’s; `environment` is named by the job inside of it, and is one of the caller’s repository.',
  ),
  actor: oneOrMore(id).describe(
    'Account that started the run, by id. A run that somebody else runs again still counts as of whoever started it first.',
  ),
  requester: oneOrMore(team).describe('Team that whoever started this attempt of the run belongs to, asked of GitHub.'),
  runner: oneOrMore(z.enum(RUNNERS)).describe('Where the job runs.'),
  visibility: oneOrMore(z.enum(VISIBILITIES)).describe('Who can see the repository.'),
  'protected-ref': oneOrMore(z.literal(true)).describe(
    'GitHub says that some protection rule applies to the ref. Only beside a `branch`, `tag` or `ref` that says which.',
  ),
  'protected-environment': oneOrMore(z.literal(true)).describe(
    'The environment has required reviewers or keeps branches out, asked of GitHub (operations.md).',
  ),
  time: oneOrMore(timeWindow).describe(
    'When it may be asked for and, where people approve, collected; by the clocks of a zone.',
  ),
  claims: claims.describe('Any other claim of the token, compared whole.'),
} as const;

type Shape = typeof conditions;
export type ConditionKey = keyof Shape;
export type RuleDocument = { readonly [K in ConditionKey]?: z.output<Shape[K]> | undefined };
export type TimeWindow = z.output<typeof timeWindow>;

export const CONDITION_KEYS = Object.keys(conditions) as readonly ConditionKey[];

export const ruleSchema = z
  .strictObject(conditions)
  .partial()
  .refine(
    (rule) => Object.keys(rule).length > 0,
    'has no condition and would allow every job of the project: name at least one, such as `branch`',
  )
  .meta({ minProperties: 1 });
