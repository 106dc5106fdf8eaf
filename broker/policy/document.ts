// A project's policy as it is written: every key there is, whether its part of the broker is built yet or not, and what each may
// say. What the keys mean together is checked by the loader; what a credential may say, by its kind.
import { z } from 'zod';
import { formatDuration, parseDuration } from '../../shared/duration.ts';
import type { Seconds } from '../clock.ts';
import {
  duration,
  issuerName,
  judged,
  lastDay,
  name,
  oneOrMore,
  pattern,
  pinnedId,
  prose,
  repositoryName,
  team,
  teams,
  text,
  workflowFile,
} from './forms.ts';
import { shortRefProblem } from './ref-form.ts';
import { ruleSchema } from './rule-document.ts';

const MINIMUM_TTL = 60;
const DAY = 86_400;
const count = z.int().min(1).max(1_000);

const atMost = (one: typeof duration, most: Seconds, why: string) =>
  one.refine((seconds) => seconds <= most, `must be at most ${formatDuration(most)}: ${why}`);

const ttl = text(/^(never|[1-9][0-9]{0,6}[smhd])$/, 'a duration such as 15m, or never').transform(
  (value, context): Seconds | 'never' => {
    if (value === 'never') return value;
    const seconds = parseDuration(value) ?? 0;
    if (seconds < MINIMUM_TTL) context.addIssue(`must be at least ${MINIMUM_TTL}s, and is ${value}`);
    return seconds;
  },
);

const approval = z.strictObject({
  by: teams.describe('Teams whose members may approve.'),
  count: count.default(1).describe('How many of them must: of all these teams together, not of each.'),
  within: duration
    .prefault('30m')
    .describe('How long they have. The job waits for 30m unless its `approval-timeout` says longer.'),
  self: z.literal('allowed').optional().describe('A person may approve their own request; the log says self-approved.'),
  covers: z
    .enum(['job', 'run', 'plan'])
    .default('job')
    .describe(
      'What one approval is good for: `job`, the one job that asked; `run`, all jobs of its run together; `plan`, the same as `run`, since a plan is one run so far.',
    ),
  issuances: count.default(1).describe('How many credentials one approval is good for.'),
  'apart-from': oneOrMore(z.enum(['requester', 'actor', 'commit-author', 'policy-author']))
    .default(['requester', 'actor'])
    .describe(
      'Who may not approve, beside who asked and who started the run, who never may without `self`. `commit-author`: author and committer of the one commit that the job runs, as GitHub says of a verified signature (docs/operations.md); who wrote earlier ones, or the rest of a merge, may. `policy-author`: author and committer of the last commit that changed this file, and of those in the thirty days before it, by the repository that `policies.kept-in` of the configuration names; who changed it earlier, or the organization file, or merged the change, may.',
    ),
});

const breakGlass = z.strictObject({
  for: teams.describe('Teams of which one member invokes it for a job that waits; anybody may have started the job.'),
  notify: teams.describe(
    'Teams that every notice of it names (`notify` of the configuration), and its entry in the log.',
  ),
  incident: duration
    .prefault('24h')
    .describe('How long after the first time it may be invoked again; then it is shut until somebody reviewed it.'),
});

const anyInput = {
  title: prose(100).optional().describe('What people read beside it.'),
  required: z.boolean().default(false).describe('Whether it must be filled in.'),
};
const input = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text').describe('A line of text, true or false, or one of some options.'),
    ...anyInput,
    pattern: pattern.optional().describe('What the text must match.'),
    default: z.string().max(1_000).optional().describe('What stands there at first.'),
  }),
  z.strictObject({ type: z.literal('boolean'), ...anyInput, default: z.boolean().default(false) }),
  z.strictObject({
    type: z.literal('choice'),
    ...anyInput,
    options: z.array(z.string().min(1).max(200)).min(1).describe('What there is to choose from.'),
    default: z.string().optional(),
  }),
]);

const deployment = z.strictObject({
  for: teams.describe('Teams whose members may start it.'),
  workflow: workflowFile.describe('The workflow that is started.'),
  ref: judged((value) =>
    value.includes('*') ? 'has a wildcard: a deployment starts on one branch' : shortRefProblem('branch', value),
  ).describe('The branch that it is started on.'),
  inputs: z
    .record(text(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'the name of an input'), input)
    .default({})
    .describe('What people fill in.'),
});

const entitlement = z.strictObject({
  title: prose(100).optional().describe('What the catalog calls it; left out, its name.'),
  description: prose(1_000).optional().describe('What it is for, and whom to ask.'),
  risk: z.enum(['low', 'high']).describe('How much harm it could do; guardrails differ by it.'),
  credential: z
    .looseObject({ kind: z.string().describe('The kind of credential.') })
    .meta({ byKind: 'parameters' })
    .describe('What is issued; the kind says which further keys there are.'),
  ttl: ttl.describe('How long the credential lives: the default and the longest.'),
  allow: z
    .array(ruleSchema)
    .min(1, 'is empty: with no rule it would refuse every job; name at least one')
    .describe('Any rule suffices.'),
  mode: z.literal('observe').optional().describe('Decide and log, and never issue: for trying a rule out.'),
  'max-per-job': count
    .default(10)
    .describe('How many credentials one job may get; with `session`, how many it may have at a time.'),
  expires: lastDay.optional().describe('The last day on which it is given; it ends with that day in UTC.'),
  session: atMost(duration, 5 * DAY, 'no job runs longer than 5 days')
    .optional()
    .describe('Up to when a live job may renew.'),
  'public-details': z
    .boolean()
    .default(false)
    .describe('Tell jobs of public repositories, whose logs everybody reads, the full reasons.'),
  approval: approval.optional().describe('People who must agree first.'),
  review: z
    .strictObject({
      every: atMost(duration, 366 * DAY, 'ask at least once a year')
        .refine((seconds) => seconds >= DAY, 'must be at least 1d')
        .describe('How often.'),
      by: teams.describe('Teams that confirm it.'),
    })
    .optional()
    .describe('Who shall confirm, and how often, that it is still needed. No effect yet.'),
  deployment: deployment
    .optional()
    .describe('What the portal shall offer to people who write no workflows. No effect yet.'),
  'break-glass': breakGlass
    .optional()
    .describe('For emergencies: one person of a team invokes it in the place of approvals, and everybody is told.'),
});

const repository = z.strictObject({
  name: repositoryName.describe('For people; the id decides.'),
  id: pinnedId.describe('repository_id of GitHub.'),
  issuer: issuerName.optional().describe('Who signs its tokens; required once several issuers are configured.'),
});

export const projectSchema = z.strictObject({
  project: name.describe('Its name, the first part of every entitlement.'),
  title: prose(100).optional().describe('What people call it; left out, its name.'),
  owner: team.describe('The team that answers for this policy.'),
  repositories: z
    .array(repository)
    .min(1, 'is empty: nobody could ask; name at least one repository')
    .describe('Whose jobs may ask.'),
  entitlements: z
    .record(name, entitlement)
    .refine((value) => Object.keys(value).length > 0, 'is empty: name at least one entitlement')
    .meta({ minProperties: 1 })
    .describe('What is on offer, by name.'),
});

export type ProjectDocument = z.output<typeof projectSchema>;
export type EntitlementDocument = z.output<typeof entitlement>;
