// The organization's file as it is written: teams, what each project may offer, and the guardrails that no project can loosen.
import { z } from 'zod';
import { didYouMean } from '../shapes/schema-problems.ts';
import {
  duration,
  id,
  lastDay,
  localTime,
  name,
  oneOrMore,
  pinnedId,
  prose,
  repositoryName,
  scope,
  team,
} from './forms.ts';
import { CONDITION_KEYS, environment, event, RUNNERS, zone } from './rule-document.ts';

/** What `needs` can ask of an entitlement as a whole; all else is asked of each of its rules. */
const WHOLE_NEEDS: readonly string[] = ['approval', 'review'];
/** Conditions whose value is a map: only their presence can be asked for. */
const WITHOUT_VALUE: readonly string[] = ['pull-request', 'time', 'claims', ...WHOLE_NEEDS];

/** `environment`, or `runner: github-hosted`. */
export interface Need {
  readonly text: string;
  readonly key: string;
  readonly value: string | undefined;
}

const mapInstead = ({ input }: { readonly input?: unknown }): string | undefined => {
  const [entry] = Object.entries(input ?? {});
  return entry === undefined ? undefined : `must be text: put it in quotes, "${entry.join(': ')}"`;
};

const need = z.string({ error: mapInstead }).transform((text, context): Need => {
  const { key = text, value } = /(?<key>[^:]*):\s*(?<value>.*)/s.exec(text)?.groups ?? {};
  const known = [...CONDITION_KEYS, ...WHOLE_NEEDS];
  if (!known.includes(key))
    context.addIssue(`"${text}" does not start with a condition, approval or review${didYouMean(key, known)}`);
  else if (value !== undefined && WITHOUT_VALUE.includes(key))
    context.addIssue(`\`${key}\` can only be needed as such: write "${key}"`);
  return { text, key, value };
});

const longest = duration.refine((seconds) => seconds >= 60, 'must be at least 60s');

const freeze = z.strictObject({
  from: localTime.describe('Local time at which it starts.'),
  to: localTime.describe('Local time at which it has ended.'),
  zone: zone.describe('Whose clocks count, such as Europe/Berlin.'),
  reason: prose(200).describe('Why; every refused job is told.'),
  except: z.array(scope).default([]).describe('Entitlements that it does not stop.'),
});

const waiver = z.strictObject({
  entitlement: scope.describe('What is excepted.'),
  of: z.string().min(1).describe('The need, as `require` writes it, or `longest-ttl`.'),
  until: lastDay.describe('The last day on which it holds; it ends with that day in UTC.'),
  owner: team.describe('Who answers for it.'),
  reason: prose(200).describe('Why.'),
});

const guardrails = z.strictObject({
  'longest-ttl': z
    .strictObject({
      low: longest.optional().describe('For low risk.'),
      high: longest.optional().describe('For high risk.'),
    })
    .default({})
    .describe('The longest `ttl`, by risk.'),
  require: z
    .array(
      z.strictObject({
        risk: z.enum(['low', 'high']).optional().describe('Of this risk only.'),
        kind: z.string().optional().describe('Of this kind of credential only.'),
        environment: oneOrMore(environment)
          .optional()
          .describe(
            'Of rules only that a job of such an environment can meet: those that allow one of it, and those that name none.',
          ),
        needs: z
          .array(need)
          .min(1)
          .describe(
            'Conditions (`environment`, "runner: github-hosted"), `approval`, `review` (which has no effect yet).',
          ),
      }),
    )
    .default([])
    .describe('What entitlements of a risk or a kind of credential must have; of every one, where neither is named.'),
  never: z
    .strictObject({
      events: z.array(event).default([]).describe('Events.'),
      runners: z
        .array(z.enum(RUNNERS))
        .max(1, 'names every runner there is: nothing could be allowed')
        .default([])
        .describe('Runners: each rule must then name the `runner` that is left.'),
    })
    .default({ events: [], runners: [] })
    .describe('What no rule may allow.'),
  'allow-static': z.array(scope).default([]).describe('Entitlements that may hand out a value that never dies.'),
  freeze: z.array(freeze).default([]).describe('Times without issuances.'),
  waivers: z.array(waiver).default([]).describe('Dated exceptions, each with somebody who answers for it.'),
});

const noGroup = ({ input }: { readonly input?: unknown }): string | undefined =>
  input === null
    ? 'is empty: write { github: "ID" }, which `buildpass policy pin --write` asks GitHub for by the name, or { sign-in, group }'
    : undefined;

const group = z.union(
  [
    z.strictObject({ github: id.describe('The id of a team at GitHub.') }),
    z.strictObject({
      'sign-in': name.describe('Or: a sign-in provider of the configuration,'),
      group: prose(200).describe('and the id of a group there.'),
    }),
  ],
  { error: noGroup },
);

export const organizationSchema = z.strictObject({
  teams: z.record(team, group).default({}).describe('The only names for people that policies may use; the ids decide.'),
  projects: z
    .record(
      name,
      z.strictObject({
        owner: team.describe('The team that answers for its policy.'),
        repositories: z
          .array(
            z.strictObject({
              name: repositoryName.describe('For people; the id decides.'),
              id: pinnedId.describe('repository_id of the GitHub that the App is of.'),
            }),
          )
          .default([])
          .describe(
            'Repositories that are this project’s by the organization’s word: its `github-token` credentials reach them without an offer. Of a repository that its own file alone calls its own, a job of that very repository gets what GitHub would give it anyhow, and nobody gets more.',
          ),
        'may-offer': z
          .array(
            z
              .looseObject({ kind: z.string().describe('A kind of credential; its parameters follow, in the plural.') })
              .meta({ byKind: 'offer' }),
          )
          .default([])
          .describe(
            'What its entitlements may hold. Without it they reach the project’s own repositories and nothing else.',
          ),
      }),
    )
    .default({})
    .describe('Who owns each project, and what it may put into its entitlements.'),
  guardrails: guardrails.prefault({}).describe('Limits that no project can loosen.'),
});

export type OrganizationDocument = z.output<typeof organizationSchema>;
export type GuardrailsDocument = OrganizationDocument['guardrails'];
