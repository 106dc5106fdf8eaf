// Why not, in whole sentences: each says what was wanted, what the job has, and who or what can change that (P7).
// Nothing of another project appears here, and no more of a claim than a person would read.
import { formatDuration } from '../../shared/duration.ts';
import { ordinal } from '../../shared/ordinal.ts';
import type { Millis } from '../clock.ts';
import type { Facts } from '../facts.ts';
import type { Ask, Condition, Entitlement, Project, Reason, Repository, Rule, Subject } from '../model.ts';
import { didYouMean, shortened } from '../shapes/schema-problems.ts';
import { MAX_VALUE, quoted } from './caller-value.ts';
import { type Freeze, listedOwnerId, type Owners } from './policy-set.ts';
import { requesterReasons, runReasons } from './requester.ts';

/** Characters of a list that an answer repeats. */
const MAX_LIST = 1_024;

/** A transferred repository keeps its id: it is then somebody else's, whatever the policy calls it. */
export function movedReason(
  owners: Owners,
  repository: Repository,
  { subject, project }: { subject: Subject; project: Project },
): Reason | undefined {
  if (owners === undefined) return undefined;
  const listed = listedOwnerId(owners, repository);
  if (listed === subject.repositoryOwnerId) return undefined;
  return {
    code: 'REPOSITORY_MOVED',
    message: `The policy names this repository "${repository.name}", and it now belongs to ${quoted(shortened(subject.repositoryOwner, MAX_VALUE))} (id ${subject.repositoryOwnerId}): if the move was meant, ask ${project.owner} to correct \`repositories\` in ${project.file}.`,
    expected: `${repository.name} (owner id ${listed ?? 'not configured'})`,
    got: `${shortened(subject.repository, MAX_VALUE)} (owner id ${subject.repositoryOwnerId})`,
  };
}

export function unknownEntitlement(name: string, { name: project, entitlements }: Project): Reason {
  const known = [...entitlements.keys()];
  return {
    code: 'ENTITLEMENT_UNKNOWN',
    message: `The project ${project} has no entitlement "${name}"${didYouMean(name, known, '"') || '.'} It has: ${shortened(known.join(', '), MAX_LIST)}.`,
    got: name,
  };
}

export interface Asked {
  readonly entitlement: Entitlement;
  /** the rule that allows it, where one does */
  readonly rule: Rule | undefined;
  readonly subject: Subject;
  readonly ask: Ask;
}

/** What stands against an entitlement whatever its rules say; all of it, so that nobody finds out one thing a run. */
export function standingReasons(freezes: readonly Freeze[], asked: Asked): readonly Reason[] {
  const { entitlement, ask } = asked;
  // Nearly every ask meets none of these: nothing is built before it is needed.
  return [
    ...(ask.standing.suspension === undefined ? [] : [suspended(entitlement, ask.standing.suspension.reason)]),
    ...entitlement.lacks.map(({ code, what }) => ({
      code,
      message: `${scopeOf(entitlement)} needs ${shortened(what, MAX_VALUE)}: it is refused to every job until then.`,
    })),
    ...(entitlement.observe ? [observed(entitlement)] : []),
    ...(entitlement.expiresAt !== undefined && ask.now >= entitlement.expiresAt
      ? [expired(entitlement, entitlement.expiresAt)]
      : []),
    ...entitlement.waivers.flatMap((waiver) => (ask.now >= waiver.until ? [waiverEnded(entitlement, waiver)] : [])),
    ...freezes.flatMap((freeze) =>
      ask.now >= freeze.from && ask.now < freeze.to && !freeze.except.has(scopeOf(entitlement)) ? [frozen(freeze)] : [],
    ),
    ...(ask.standing.issuedToJob >= entitlement.maxPerJob ? [limitReached(entitlement, ask.standing.issuedToJob)] : []),
    ...sessionReasons(entitlement, ask),
    ...ttlReasons(entitlement, ask.ttl),
    ...runReasons(asked),
    ...(entitlement.approval === undefined ? [] : requesterReasons({ ...asked, facts: ask.facts })),
    // Where people may approve, that way stays open; invoking alone is refused.
    ...(ask.standing.unreviewed !== undefined && entitlement.approval?.by.length === 0
      ? [shut(entitlement, ask.standing.unreviewed.endedAt)]
      : []),
  ];
}

/** One condition of a rule that did not hold. */
export function conditionReason(
  rule: number,
  condition: Condition,
  { subject, project, when }: { subject: Subject; project: Project; when: Pick<Ask, 'now' | 'facts'> },
): Reason {
  const { key, expected } = condition;
  const unknown = whyUnknown(condition, subject, when.facts);
  if (unknown !== undefined)
    return {
      ...{ code: 'FACT_UNAVAILABLE', rule, condition: key, expected },
      message: `The ${ordinal(rule)} rule needs \`${key}\` (${expected}), and whether that holds cannot be found out: ${unknown}. Without that the rule does not hold; where it cannot be mended, ask ${project.owner} for one without it.`,
    };
  const base = { code: condition.code, rule, condition: key, expected };
  const value = condition.got(subject, when.now, when.facts);
  const got = value === undefined ? undefined : shortened(value, MAX_VALUE);
  const has = got === undefined ? 'this job has none' : `this job has ${quoted(got)}`;
  const message = `The ${ordinal(rule)} rule wants \`${key}\` to be ${expected}; ${has}. ${capital(condition.remedy)}, or ask ${project.owner} to change the rule in ${project.file}.`;
  return { ...base, message, ...(got === undefined ? {} : { got }) };
}

function whyUnknown({ fact }: Condition, subject: Subject, facts: Facts | undefined): string | undefined {
  if (fact === undefined) return undefined;
  const found = fact.find(subject, facts);
  if (found === undefined) return 'nobody asked for it';
  return 'unavailable' in found ? found.unavailable : undefined;
}

const scopeOf = ({ project, name }: Entitlement): string => `${project}/${name}`;
const lastDayBefore = (end: Millis): string => new Date(end - 1).toISOString().slice(0, 10);

const suspended = (entitlement: Entitlement, reason: string): Reason => ({
  code: 'SUSPENDED',
  message: `${scopeOf(entitlement)} is suspended ("${shortened(reason, MAX_VALUE)}"): it is refused until security lifts that.`,
});

const observed = (entitlement: Entitlement): Reason => ({
  code: 'OBSERVE_ONLY',
  message: `${scopeOf(entitlement)} is only observed (\`mode: observe\`): decisions are logged and nothing is issued until its owner takes that line out.`,
});

const expired = (entitlement: Entitlement, end: Millis): Reason => ({
  code: 'ENTITLEMENT_EXPIRED',
  message: `${scopeOf(entitlement)} ended with ${lastDayBefore(end)} (UTC): ask its owner to set a later \`expires\` if it is still needed.`,
  expected: `until ${lastDayBefore(end)}`,
});

const waiverEnded = (entitlement: Entitlement, { of, until, owner }: Entitlement['waivers'][number]): Reason => ({
  code: 'WAIVER_EXPIRED',
  message: `${scopeOf(entitlement)} stands on a waiver of "${of}" that ended with ${lastDayBefore(until)} (UTC): meet what the guardrails ask for, or ask ${owner} for a new one.`,
  condition: of,
  expected: `until ${lastDayBefore(until)}`,
});

const frozen = ({ ends, reason }: Freeze): Reason => ({
  code: 'FROZEN',
  message: `Nothing is issued until ${ends}, because of "${reason}". Ask again afterwards.`,
  expected: `after ${ends}`,
});

const limitReached = (entitlement: Entitlement, issued: number): Reason => ({
  code: 'JOB_LIMIT_REACHED',
  message: `This job already has ${issued} credentials of ${scopeOf(entitlement)}, and one job gets at most ${entitlement.maxPerJob}: reuse what it has, or ask the owner for a larger \`max-per-job\`.`,
  expected: `at most ${entitlement.maxPerJob}`,
  got: String(issued),
});

/** Where people must agree, they are asked again instead. */
function sessionReasons({ session, approval, ...entitlement }: Entitlement, { now, standing }: Ask): readonly Reason[] {
  const first = standing.firstIssuedAt;
  if (session === undefined || approval !== undefined || first === undefined || now < first + session * 1000) return [];
  const [since, end] = [isoOf(first), isoOf(first + session * 1000)];
  const scope = `${entitlement.project}/${entitlement.name}`;
  const message = `This job had its first credential of ${scope} at ${since}, and its \`session\` of ${formatDuration(session)} ended at ${end}: let a new job ask, or ask the owner for a longer \`session\`.`;
  return [{ code: 'SESSION_ENDED', message, expected: `before ${end}`, got: since }];
}

const isoOf = (at: Millis): string => new Date(at).toISOString();

const shut = (entitlement: Entitlement, endedAt: Millis): Reason => ({
  code: 'BREAK_GLASS_SHUT',
  message: `${scopeOf(entitlement)} was used as break-glass, and that incident ended at ${new Date(endedAt).toISOString()}: it is shut until somebody of security or of the project's owner, who neither asked nor invoked, has reviewed it.`,
  condition: 'break-glass',
  expected: 'a reviewed incident',
});

function ttlReasons({ ttl, shortestTtl, ...entitlement }: Entitlement, asked: number | undefined): readonly Reason[] {
  if (asked === undefined) return [];
  const scope = `${entitlement.project}/${entitlement.name}`;
  if (ttl === 'never') {
    const message = `${scope} hands out a value that never dies, and nobody could end it after ${formatDuration(asked)}: leave \`ttl\` out.`;
    return [{ code: 'TTL_TOO_SHORT', message, expected: 'never', got: `${asked}s` }];
  }
  if (asked > ttl) {
    const message = `The asked ttl of ${formatDuration(asked)} is longer than ${scope} allows: ask for ${formatDuration(ttl)} or less, or leave \`ttl\` out.`;
    return [{ code: 'TTL_TOO_LONG', message, expected: `at most ${ttl}s`, got: `${asked}s` }];
  }
  if (asked >= shortestTtl) return [];
  const message = `The asked ttl of ${formatDuration(asked)} is shorter than a credential of ${scope} can be made to live: ask for ${formatDuration(shortestTtl)} or more.`;
  return [{ code: 'TTL_TOO_SHORT', message, expected: `at least ${shortestTtl}s`, got: `${asked}s` }];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
