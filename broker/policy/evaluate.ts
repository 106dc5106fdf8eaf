// Decides whether a subject may have an entitlement: THE line between a credential and none. Pure, and quick by its indexes.
// A permit needs one rule with every condition met and nothing that stands against it; whatever is missing becomes a reason.

import type { Ask, Condition, Decision, Entitlement, Permit, Project, Reason, Rule, Subject } from '../model.ts';
import { type PolicySet, repositoryKey, repositoryOf } from './policy-set.ts';
import { conditionReason, movedReason, standingReasons, unknownEntitlement } from './reasons.ts';
import { isProgram, namesActor } from './requester.ts';

/** As many as an answer may carry. */
const MAX_REASONS = 500;

export function evaluate(policies: PolicySet, subject: Subject, ask: Ask): Decision {
  const project = policies.projects.get(ask.project);
  const repository = repositoryOf(policies, ask.project, subject);
  // One answer for both, before anything else is looked at: a stranger learns nothing, not even from what comes first.
  if (project === undefined || repository === undefined) return { outcome: 'stranger' };

  const moved = movedReason(policies.owners, repository, { subject, project });
  if (moved !== undefined) return { outcome: 'deny', project, entitlement: undefined, reasons: [moved] };
  const entitlement = project.entitlements.get(ask.entitlement);
  if (entitlement === undefined)
    return { outcome: 'deny', project, entitlement, reasons: [unknownEntitlement(ask.entitlement, project)] };

  const rule = ruleThatHolds(entitlement, subject, ask);
  const against = standingReasons(policies.freezes, { entitlement, rule, subject, ask });
  if (rule !== undefined && against.length === 0)
    return matched({ project, entitlement, rule: rule.index, ttl: ask.ttl ?? entitlement.ttl });
  const ofRules = rule === undefined ? ruleReasons(entitlement, { subject, project, when: ask }) : [];
  return { outcome: 'deny', project, entitlement, reasons: [...against, ...ofRules].slice(0, MAX_REASONS) };
}

/** When it is decided, and what was found out for it. */
export type When = Pick<Ask, 'now' | 'facts'>;

/** The first rule with every condition met, whatever else stands against the entitlement; for a program that people decide on, one that names it comes first. */
export function ruleThatHolds(
  { rules, approval }: Entitlement,
  subject: Subject,
  { now, facts }: When,
): Rule | undefined {
  const holds = ({ conditions }: Rule): boolean =>
    conditions.every((condition) => condition.holds(subject, now, facts));
  const named =
    approval !== undefined && isProgram(subject) ? rules.find((rule) => namesActor(rule) && holds(rule)) : undefined;
  return named ?? rules.find(holds);
}

/** A rule allows it: at once, or once people agree. */
function matched(by: Omit<Permit, 'outcome'>): Decision {
  const { approval } = by.entitlement;
  return approval === undefined ? { outcome: 'permit', ...by } : { outcome: 'approval', ...by, terms: approval };
}

/** Whether any project lists the subject's repository. */
export function listsRepository(policies: PolicySet, subject: Pick<Subject, 'issuer' | 'repositoryId'>): boolean {
  return policies.listed.has(repositoryKey(subject.issuer, subject.repositoryId));
}

export interface RuleOutcome {
  readonly rule: Rule;
  readonly failed: readonly Condition[];
}

/** Every rule with what failed in it, nearest first: fewest failed conditions, then the order of the file. */
export function nearestFirst({ rules }: Entitlement, subject: Subject, when: When): readonly RuleOutcome[] {
  const outcomes = rules.map((rule) => ({ rule, failed: failedIn(rule, subject, when) }));
  return outcomes.sort((a, b) => a.failed.length - b.failed.length);
}

/** Without those that nobody asked about because others failed: of them it is not known. */
function failedIn({ conditions }: Rule, subject: Subject, { now, facts }: When): readonly Condition[] {
  const failed = conditions.filter((condition) => !condition.holds(subject, now, facts));
  const told = failed.filter(({ fact }) => fact === undefined || fact.find(subject, facts) !== undefined);
  return told.length === 0 ? failed : told;
}

function ruleReasons(entitlement: Entitlement, at: { subject: Subject; project: Project; when: When }): Reason[] {
  return nearestFirst(entitlement, at.subject, at.when).flatMap(({ rule, failed }) =>
    failed.map((condition) => conditionReason(rule.index, condition, at)),
  );
}
