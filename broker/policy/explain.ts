// What people are told about a decision, and how much of it: everything for the project's own jobs, codes where the whole world
// reads the log of the job, nothing for strangers (P7).
import { afterlifeOf } from '../../shared/afterlife.ts';
import { formatDuration } from '../../shared/duration.ts';
import { ordinal } from '../../shared/ordinal.ts';
import type { ApprovalTerms, Decision, NeedsApproval, Permit, Reason, Subject } from '../model.ts';
import { anyOf } from '../shapes/schema-problems.ts';

export interface Explanation {
  readonly decision: 'permit' | 'deny' | 'approval';
  readonly summary: string;
  readonly reasons: readonly Reason[];
}

export const STRANGER_SUMMARY = 'No such entitlement for this job.';

export function explain(decision: Decision): Explanation {
  switch (decision.outcome) {
    case 'permit':
      return { decision: 'permit', summary: permitSummary(decision), reasons: [] };
    case 'approval':
      return { decision: 'approval', summary: approvalSummary(decision), reasons: [] };
    case 'deny':
      return { decision: 'deny', summary: denySummary(decision.reasons), reasons: decision.reasons };
    case 'stranger':
      return { decision: 'deny', summary: STRANGER_SUMMARY, reasons: [] };
  }
}

/** How much of it this job may see. Its log is where the answer ends up, and a public repository's log is read by everybody. */
export function disclosure(decision: Decision, subject: Subject): 'full' | 'codes' | 'nothing' {
  if (decision.outcome === 'stranger') return 'nothing';
  return subject.repositoryVisibility === 'public' && decision.entitlement?.publicDetails !== true ? 'codes' : 'full';
}

function approvalSummary(decision: NeedsApproval): string {
  return `${permitSummary(decision)} It needs ${peopleWords(decision.terms)} first.`;
}

/** `approval by 2 of acme/release-managers within 30m` */
export function approvalWords({ by, count, within }: Pick<ApprovalTerms, 'by' | 'count' | 'within'>): string {
  return `approval by ${approversWords({ by, count })} within ${formatDuration(within)}`;
}

/** "2 of a or b" would read as if one of b were enough. */
export const approversWords = ({ by, count }: Pick<ApprovalTerms, 'by' | 'count'>): string =>
  by.length > 1 && count > 1 ? `${count} people (each of ${anyOf(by)})` : `${count} of ${anyOf(by)}`;

/** What somebody must do first: approve, or, in an emergency, invoke. */
export function peopleWords(
  terms: Partial<Pick<ApprovalTerms, 'count' | 'within'>> & Pick<ApprovalTerms, 'by' | 'breakGlass'>,
): string {
  const { by, count = 1, within = 0, breakGlass } = terms;
  const ways = [
    ...(by.length === 0 ? [] : [approvalWords({ by, count, within })]),
    ...(breakGlass === undefined ? [] : [`break-glass by 1 of ${anyOf(breakGlass.for)}`]),
  ];
  return ways.join(', or ');
}

function permitSummary({ entitlement, rule, ttl }: Permit | NeedsApproval): string {
  const conditions = entitlement.rules.filter(({ index }) => index === rule).flatMap((one) => one.conditions);
  const met = conditions.map(({ key, expected }) => `\`${key}\` is ${expected}`).join(', ');
  const life = ttl === 'never' ? 'and what is handed out never dies' : `for ${formatDuration(ttl)}`;
  const afterlife = afterlifeOf(entitlement.credential.kind);
  const beyond = afterlife === undefined ? '' : `; ${afterlife}`;
  return `${entitlement.project}/${entitlement.name} is allowed by its ${ordinal(rule)} rule (${met}), ${life}${beyond}.`;
}

/** The nearest reason in full, and how many more there are. */
function denySummary(reasons: readonly Reason[]): string {
  const [first] = reasons;
  if (first === undefined) return STRANGER_SUMMARY;
  const more = reasons.length - 1;
  return more === 0 ? first.message : `${first.message} (And ${more} more ${more === 1 ? 'reason' : 'reasons'}.)`;
}
