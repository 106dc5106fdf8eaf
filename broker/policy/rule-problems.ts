// Whether a rule can ever hold: a rule that cannot is a mistake that would only be found when a job is refused.
import type { Repository } from '../model.ts';
import { anyOf, didYouMean, type Problem, shortened } from '../shapes/schema-problems.ts';
import { allowsAny } from './broad-conditions.ts';
import { eventsOf, namedRepositories } from './conditions.ts';
import { type RefKind, refKindsOf } from './events.ts';
import { compilePattern } from './pattern.ts';
import { refKindsOfPattern } from './ref-form.ts';
import type { ConditionKey, RuleDocument } from './rule-document.ts';

/** A file may list a thousand repositories, and be wrong about each of them. */
const MAX_NAMED = 1_000;

/** Problems of one rule; paths are relative to it. */
export function ruleProblems(rule: RuleDocument, repositories: readonly Repository[]): readonly Problem[] {
  return [
    ...repositoryProblems(rule, repositories),
    ...issuerProblems(rule, repositories),
    ...refProblems(rule),
    ...timeProblems(rule),
    ...protectedRefProblems(rule),
  ];
}

/** The claim says that some rule exists, not how strong it is, nor which: anybody who can push might make a ref that has one. */
function protectedRefProblems(rule: RuleDocument): Problem[] {
  const named = (['branch', 'tag', 'ref'] as const).filter((key) => rule[key] !== undefined && !allowsAny(key, rule));
  if (rule['protected-ref'] === undefined || named.length > 0) return [];
  return [
    {
      path: ['protected-ref'],
      message: 'is not enough without a ref: name the `branch`, `tag` or `ref` too, and not just any (`**`)',
    },
  ];
}

function repositoryProblems({ repository = [] }: RuleDocument, repositories: readonly Repository[]): Problem[] {
  const names = repositories.map(({ name }) => name);
  const unknown = repository.filter((pattern) => {
    const { matches } = compilePattern(pattern, { fold: true });
    return !names.some(matches);
  });
  return unknown.map((pattern) => ({
    path: ['repository'],
    message: `"${pattern}" is not among the repositories of this policy (${shortened(names.join(', '), MAX_NAMED)})${didYouMean(pattern, names)}`,
  }));
}

/** Each GitHub numbers and names for itself: the account 501, or `acme/workflows`, is somebody else at another. */
function issuerProblems(rule: RuleDocument, repositories: readonly Repository[]): Problem[] {
  const meant = rule.repository === undefined ? repositories : namedRepositories(rule.repository, repositories);
  const issuers = [...new Set(meant.map(({ issuer }) => issuer))];
  if (issuers.length < 2) return [];
  const keys = (['actor', 'called-workflow', 'claims'] as const).filter((key) => rule[key] !== undefined);
  return keys.map((key) => ({
    path: [key],
    message: `would mean something else at each of ${issuers.join(' and ')}: name the \`repository\` of one of them in this rule, or make a project for each`,
  }));
}

const REF_KEYS = ['branch', 'tag', 'ref', 'pull-request'] as const satisfies readonly ConditionKey[];

const WHAT: Readonly<Record<RefKind, string>> = { branch: 'a branch', tag: 'a tag', pull: 'a pull request' };

function refProblems(rule: RuleDocument): Problem[] {
  const given = REF_KEYS.filter((key) => rule[key] !== undefined);
  const [key] = given;
  if (key === undefined) return [];
  const kinds = kindsOfRule(rule, given);
  if (kinds.length === 0)
    return [
      {
        path: [key],
        message: `can never hold together with ${given
          .slice(1)
          .map((one) => `\`${one}\``)
          .join(' and ')}: write a rule for each`,
      },
    ];
  const events = eventsOf(rule);
  if (idleEvents(rule).length < events.length) return [];
  const named =
    rule.event === undefined ? `${anyOf(events)}, which are meant where \`event\` is left out` : anyOf(events);
  return [
    {
      path: [key],
      message: `can never hold: no job of its events (${named}) has ${kinds.map((kind) => WHAT[kind]).join(' or ')} as its ref; ${remedy(key, rule)}`,
    },
  ];
}

/** Events of a rule whose jobs never have such a ref as it wants. */
export function idleEvents(rule: RuleDocument): readonly string[] {
  const given = REF_KEYS.filter((key) => rule[key] !== undefined);
  if (given.length === 0) return [];
  const kinds = kindsOfRule(rule, given);
  const canMeet = (event: string): boolean =>
    refKindsOf(event).some((kind) => kinds.includes(kind)) &&
    (rule['pull-request'] === undefined || event === 'pull_request');
  return eventsOf(rule).filter((event) => !canMeet(event));
}

type RefKey = (typeof REF_KEYS)[number];

const kindsOfRule = (rule: RuleDocument, given: readonly RefKey[]): readonly RefKind[] =>
  given.map((key) => kindsOf(key, rule)).reduce((all, more) => all.filter((kind) => more.includes(kind)));

function kindsOf(key: RefKey, rule: RuleDocument): readonly RefKind[] {
  if (key === 'ref') return (rule.ref ?? []).flatMap(refKindsOfPattern);
  return [key === 'pull-request' ? 'pull' : key];
}

function remedy(key: string, rule: RuleDocument): string {
  const events = eventsOf(rule);
  if (key === 'pull-request') return 'name the event pull_request, or leave `event` out';
  if (events.includes('pull_request')) return 'for pull requests write `pull-request: { into: main }` instead';
  return 'name an event that has';
}

function timeProblems({ time = [] }: RuleDocument): Problem[] {
  const isEmpty = (between: string): boolean => between.slice(0, 5) === between.slice(6);
  return time.flatMap(({ between = [] }) =>
    between
      .filter(isEmpty)
      .map((one) => ({ path: ['time'], message: `"${one}" is no time at all: leave \`between\` out for whole days` })),
  );
}
