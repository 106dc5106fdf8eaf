// The cases of `policy test` as they are written: a job in the policy's own words, what it asks for, and what should come of it.
// A case about a job that cannot exist is refused: it would pass or fail for a reason that nobody meant.
import { z } from 'zod';
import { REASON_CODES } from '../../shared/error-codes.ts';
import type { Millis } from '../clock.ts';
import { refKindOf, refKindsOf } from '../policy/events.ts';
import {
  duration,
  id,
  issuerName,
  judged,
  localTime,
  oneOrMore,
  prose,
  repositoryName,
  scope,
  text,
  workflowFile,
} from '../policy/forms.ts';
import { gitProblem } from '../policy/ref-form.ts';
import { CONDITION_KEYS, RUNNERS, VISIBILITIES } from '../policy/rule-document.ts';
import { isZone, momentOf } from '../policy/time-zones.ts';
import { didYouMean, shown } from '../shapes/schema-problems.ts';
import { EXAMPLE_JOBS } from './example-jobs.ts';

export const OUTCOMES = ['permit', 'approval', 'deny', 'stranger'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const ASSUMPTIONS = ['approval', 'facts', 'provider'] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

const exampleNames = Object.keys(EXAMPLE_JOBS);
const example = z.enum(exampleNames as [string, ...string[]], {
  error: ({ input }) =>
    typeof input === 'string'
      ? `"${input}" is not an example of a job${didYouMean(input, exampleNames) || ': it is the name of an event, or of a situation in docs/policy-tools.md'}`
      : undefined,
});

const one = (problem: (value: string) => string | undefined) =>
  judged((value) => {
    if (value === '') return 'is empty: leave the key out';
    return value.includes('*') ? 'has a wildcard: a job has one value, write it out' : problem(value);
  });
const short = (start: string) =>
  one((value) => (value.startsWith('refs/') ? `leaves out ${start}: write the name alone` : gitProblem(value)));
const branch = short('refs/heads/');
const ref = one((value) =>
  refKindOf(value) === undefined
    ? 'is not the ref of a job: refs/heads/…, refs/tags/… or refs/pull/NUMBER/merge'
    : gitProblem(value),
);

const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$/;

/** A moment: `2026-11-30T10:00Z`, or by the clocks of a zone, `2026-11-30T10:00 Europe/Berlin`. */
const moment = z
  .string()
  .transform((value, context): Millis => {
    const [local = '', zone = ''] = value.split(' ');
    const at = localTime.safeParse(local).success && isZone(zone) ? momentOf(local, zone) : instantOf(value);
    if (!Number.isNaN(at)) return at;
    context.addIssue({
      code: 'custom',
      message: `must be a moment such as "2026-11-30T10:00Z" or "2026-11-30T10:00 Europe/Berlin", not ${shown(value)}`,
    });
    return z.NEVER;
  })
  .describe('When the job asks, such as "2026-11-30T10:00 Europe/Berlin". Left out: now.');

// 31 April would silently become 1 May.
const instantOf = (value: string): Millis =>
  INSTANT.test(value) && localTime.safeParse(value.slice(0, 16)).success ? Date.parse(value) : Number.NaN;

/** Refusals before any policy is looked at: a case must name one that it expects, so that none passes by a slip. */
export const BEFORE_POLICY: readonly string[] = ['OWNER_NOT_ALLOWED', 'TOKEN_MALFORMED'];
const CODES: readonly string[] = [...REASON_CODES, ...BEFORE_POLICY];
/** What reasons call a condition: those of rules, and that people must agree. */
const CONDITIONS: readonly string[] = [...CONDITION_KEYS, 'approval'];
const because = judged(
  (value) => {
    if (CODES.includes(value) || CONDITIONS.includes(value) || /^claims\.\S+$/.test(value)) return undefined;
    return 'is neither a condition of a rule nor the code of a reason';
  },
  (value) => didYouMean(value, [...CONDITIONS, ...CODES]),
);

const claimName = text(/^[A-Za-z0-9_.:/-]{1,128}$/, 'the name of a claim');

const job = {
  event: example.describe('The example that the job is made from: an event of GitHub, or a situation such as re-run.'),
  repository: repositoryName
    .optional()
    .describe('Left out: the first of the project. One that no policy lists is a stranger’s.'),
  issuer: issuerName.optional().describe('Who signs the token; left out, the repository’s.'),
  branch: branch.optional().describe('Its branch, without refs/heads/.'),
  tag: short('refs/tags/').optional().describe('Its tag, without refs/tags/.'),
  ref: ref.optional().describe('Its full ref.'),
  'pull-request': z
    .strictObject({
      into: branch.optional().describe('The base branch.'),
      from: branch.optional().describe('The head branch.'),
    })
    .optional()
    .describe('Between which branches the pull request is.'),
  environment: prose(255).optional().describe('The environment that it names.'),
  workflow: workflowFile.optional().describe('Its workflow file.'),
  'called-workflow': text(
    /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[^/@*\s]+\.ya?ml@\S+$/,
    'owner/repository/.github/workflows/file.yml@ref',
  )
    .optional()
    .describe('The reusable workflow that it runs in.'),
  actor: id.optional().describe('The account that started the run, by id.'),
  runner: z.enum(RUNNERS).optional().describe('Where it runs.'),
  visibility: z.enum(VISIBILITIES).optional().describe('Who can see its repository.'),
  'protected-ref': z.boolean().optional().describe('Whether a protection rule applies to its ref.'),
  claims: z
    .record(claimName, z.string().max(1_024))
    .optional()
    .describe('Claims of its token by their own names, over all else.'),
};

const testCase = z
  .strictObject({
    title: prose(200).describe('What it shows, in a sentence.'),
    ...job,
    at: moment.optional(),
    ask: scope.describe('What it asks for: project/entitlement.'),
    ttl: duration.optional().describe('The lifetime that it asks for.'),
    assuming: oneOrMore(z.enum(ASSUMPTIONS))
      .optional()
      .describe('What the broker cannot do yet and the case takes for granted: approval, facts, provider.'),
    expect: z.enum(OUTCOMES).describe('What should come of it.'),
    rule: z
      .int()
      .min(0)
      .optional()
      .describe('The rule that decides, counted from 0; for a denial, the one that is looked at.'),
    because: oneOrMore(because)
      .optional()
      .describe('Conditions that fail in the nearest rule, or codes; all of them must be among the reasons.'),
  })
  .superRefine((value, context) => {
    for (const { path, message } of contradictions(value)) context.addIssue({ code: 'custom', path: [path], message });
  });

interface Refs {
  readonly event: string;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly ref?: string | undefined;
  readonly 'pull-request'?: object | undefined;
}

type Written = Refs & { expect: Outcome; rule?: number | undefined; because?: readonly string[] | undefined };
interface Contradiction {
  readonly path: string;
  readonly message: string;
}

function contradictions(value: Written): Contradiction[] {
  const problems: Contradiction[] = [];
  if (value.because !== undefined && value.expect !== 'deny')
    problems.push({ path: 'because', message: `says why not: it belongs beside \`expect: deny\`` });
  if (value.rule !== undefined && value.expect === 'stranger')
    problems.push({ path: 'rule', message: 'decides nothing for a stranger: leave it out' });
  return [...problems, ...refContradictions(value)];
}

const KIND_OF_KEY = { branch: 'branch', tag: 'tag' } as const;

function refContradictions(value: Refs): Contradiction[] {
  const given = (['branch', 'tag', 'ref'] as const).filter((key) => value[key] !== undefined);
  const { event } = EXAMPLE_JOBS[value.event] ?? { event: value.event };
  const [key, other] = given;
  if (key !== undefined && other !== undefined)
    return [{ path: other, message: `stands beside \`${key}\`: a job has one ref` }];
  if (value['pull-request'] !== undefined && !event.startsWith('pull_request'))
    return [{ path: 'pull-request', message: `is for events of pull requests, and a job of ${event} has none` }];
  if (key === undefined) return [];
  const kind = key === 'ref' ? refKindOf(value.ref ?? '') : KIND_OF_KEY[key];
  const allowed = refKindsOf(event);
  if (kind === undefined || allowed.includes(kind) || value.event === 'closed-pull-request') return [];
  const has = { branch: 'a branch', tag: 'a tag', pull: 'refs/pull/NUMBER/merge' };
  return [
    {
      path: key,
      message: `no such job exists: the ref of a ${event} job is ${allowed.map((one) => has[one]).join(' or ')}${allowed.includes('pull') ? ', and its branches stand in `pull-request: { into, from }`' : ''}`,
    },
  ];
}

export const caseFileSchema = z.strictObject({
  at: moment.optional(),
  cases: z.array(testCase).min(1, 'is empty: write a case, or remove the file').describe('Jobs that ask.'),
});

export type TestCase = z.output<typeof testCase>;
