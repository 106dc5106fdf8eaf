// What a refused job reads: one annotation that says what to change. The nearest rule stands first; where the broker
// gives only codes (the log of a public repository is read by the world) they and the link are all there is.

import type { Explanation, Refusal, WireReason } from '../shared/api.ts';
import { ordinal } from '../shared/ordinal.ts';
import { ActionFailure } from './action-failure.ts';
import { type Inputs, isOwnPage } from './inputs.ts';

const NO_APPROVERS = 'needs approval, and this broker has nobody who could give it';
/** With the length that the job log allows a line this stays within an annotation, and the link at its end. */
const MAX_LINES = 8;

export function refused(refusal: Refusal, { scope, origins }: Pick<Inputs, 'scope' | 'origins'>): ActionFailure {
  const link = linkTo(refusal, 'What was decided, and why', origins);
  if (refusal.error === 'access_denied') {
    return new ActionFailure(`${scope} was refused`, ...denial(refusal, scope), ...link);
  }
  if (refusal.error === 'expired_token') {
    return new ActionFailure(
      `${scope} was not approved in time`,
      `The approval of ${scope} ran out before it was decided. Run the job again to ask again.`,
      ...link,
    );
  }
  const code = refusal.code === undefined ? '' : ` (${refusal.code})`;
  return new ActionFailure(
    'The broker did not take the request',
    `${ended(refusal.error_description ?? refusal.error)}${code}`,
    ...link,
  );
}

/** The reasons of a decision as lines that say what to change. */
function whatToChange(reasons: readonly WireReason[], scope: string): string[] {
  const [first] = reasons;
  if (first === undefined) return [];
  if (first.code === 'APPROVAL_UNAVAILABLE') return [`${scope} ${NO_APPROVERS}.`];
  if (reasons.every(saysOnlyItsCode)) {
    const codes = [...new Set(reasons.map((reason) => reason.code))];
    return [`Refused: ${codes.join(', ')}. The broker tells the details to people of the project only.`];
  }
  if (first.rule === undefined) return reasons.slice(0, MAX_LINES).map((reason) => ended(sentence(reason)));
  const nearest = reasons.filter((reason) => reason.rule === first.rule);
  const others = new Set(reasons.map((reason) => reason.rule)).size - 1;
  return [
    `No rule of ${scope} allows this job. The nearest is the ${ordinal(first.rule)} rule, and this differs:`,
    ...nearest.slice(0, MAX_LINES).map((reason) => `- ${sentence(reason)}`),
    ...(others === 0 ? [] : [`${others === 1 ? 'One other rule fits' : `${others} other rules fit`} no better.`]),
  ];
}

/** What a dry run says of a decision that is no permit: a title, and lines. */
export function wouldBeRefused({ decision, reasons }: Explanation, scope: string): readonly [string, ...string[]] {
  if (decision === 'approval')
    return [`Approval: ${scope} would wait for people`, 'The policy allows it to this job once they agree.'];
  const lines = whatToChange(reasons, scope);
  return [
    `Deny: ${scope} would be refused to this job`,
    ...(lines.length === 0 ? ['The broker knows no such entitlement for this job.'] : lines),
  ];
}

function denial({ reasons = [], error_description: description }: Refusal, scope: string): string[] {
  const lines = whatToChange(reasons, scope);
  return lines.length === 0 ? [ended(description ?? `The broker refused ${scope} to this job`)] : lines;
}

const linkTo = ({ request_url: url }: Refusal, what: string, origins: Inputs['origins']): string[] =>
  url === undefined || !isOwnPage(url, origins) ? [] : [`${what}: ${url}`];

const saysOnlyItsCode = ({ message, condition, expected, got }: WireReason): boolean =>
  [message, condition, expected, got].every((part) => part === undefined);

/** The broker's sentence, and what was wanted and found where the sentence doesn't quote them. */
function sentence({ code, message, condition, expected, got }: WireReason): string {
  const said = (message ?? condition ?? code).replace(/\.$/u, '');
  const wanted = expected === undefined || said.includes(expected) ? [] : [`expected ${expected}`];
  const found = got === undefined || said.includes(got) ? [] : [`got "${got}"`];
  const values = [...wanted, ...found].join(', ');
  return values === '' ? said : `${said}: ${values}`;
}

const ended = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);
