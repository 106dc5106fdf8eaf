// A request as lines of a terminal, wherever it was read: a line of a list, and all that is known of one.
import type { RequestFacts, RequestStory } from './request-facts.ts';

/** As it is told here and elsewhere: how much of an approval is used, and what its lease is, is known beside the store alone. */
export type ToldStory = Omit<RequestStory, 'approval' | 'lease'> &
  Pick<Partial<RequestStory>, 'lease'> & {
    readonly approval?: Omit<NonNullable<RequestStory['approval']>, 'used'>;
  };

export function lineOf({ id, state, asked_at: at, expires_at: end, ...facts }: RequestFacts): string {
  const until = end === undefined ? [] : [`until ${end}`];
  const what = `${facts.project}/${facts.entitlement}`;
  return [id, state.padEnd(9), at, what, ...until, `by ${facts.actor}`, `${facts.repository} ${facts.ref}`].join('  ');
}

export type Labelled = readonly [label: string, value: string | undefined];

export const labelled = (lines: readonly Labelled[]): string[] =>
  lines.flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(9)} ${value}`]));

export function headOf(story: ToldStory): readonly Labelled[] {
  const { approval } = story;
  return [
    ['request', story.id],
    ['state', story.expires_at === undefined ? story.state : `${story.state}, until ${story.expires_at}`],
    ['asks for', `${story.project}/${story.entitlement}`],
    ['asked by', `${story.actor} (${story.issuer} ${story.actor_id})`],
    ['job', `${story.repository} ${story.ref} at ${story.sha}, run ${story.run_id}, attempt ${story.run_attempt}`],
    ['', [story.event_name, story.environment, story.workflow_ref].filter((part) => part !== undefined).join(', ')],
    ['reason', story.reason],
    ['ticket', story.ticket],
    ['helped by', story.assisted_by],
    ['decision', story.summary],
    ['decides', approval && `${approval.needed} of ${approval.by.join(' or ')}`],
    ['issuance', story.lease?.issuance_id],
    ['lease', story.lease && `${story.lease.id}, ${story.lease.state}: ${story.lease.credential.says}`],
    ['page', story.request_url],
  ];
}

export function linesOf(story: ToldStory): string[] {
  return [
    ...labelled(headOf(story)),
    ...(story.approval?.verdicts ?? []).map(verdictLine),
    ...story.timeline.map(
      ({ at, what, who, entry }) => `${at}  ${what}${who === undefined ? '' : `  ${who}`}  (entry ${entry})`,
    ),
  ];
}

type Verdict = NonNullable<RequestStory['approval']>['verdicts'][number];

export const verdictLine = ({ verdict, name, principal, team, reason, step_up: stepUp }: Verdict): string =>
  `${verdict.padEnd(9)} ${name ?? principal}, ${team}${stepUp === 'none' ? '' : `, ${stepUp}`}${reason === undefined ? '' : `: ${reason}`}`;
