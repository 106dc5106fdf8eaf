// Rules that another rule of the same entitlement makes idle: every job that they allow is allowed anyway. Sound and not
// complete: what is reported is so for every job at every moment, and what is not reported may still be so.
import { ordinal } from '../../../shared/ordinal.ts';
import type { Repository } from '../../model.ts';
import { eventsOf, namedRepositories } from '../conditions.ts';
import { isWithin } from '../pattern-run.ts';
import type { ConditionKey, RuleDocument } from '../rule-document.ts';
import { idleEvents } from '../rule-problems.ts';
import type { Advice } from './lint-finding.ts';

/** Pairs of patterns that may still be compared: a hostile file must not hold up whoever checks it. */
interface Budget {
  left: number;
}

export interface Shadowing {
  readonly repositories: readonly Repository[];
  readonly budget: Budget;
}

const MAX_RULES = 100;
const MAX_COMPARED = 5_000;

/** One for each file. */
export const newBudget = (): Budget => ({ left: MAX_COMPARED });

export function shadowedRules(allow: readonly RuleDocument[], { repositories, budget }: Shadowing): Advice[] {
  const rules = allow.slice(0, MAX_RULES).map((rule) => meaningOf(rule, repositories));
  return rules.flatMap((rule, index) => {
    const by = rules.findIndex(
      (other, at) =>
        at !== index &&
        implies(rule, other, budget) &&
        // Of two that say the same, the later one is too much.
        (at < index || !implies(other, rule, budget)),
    );
    return by === -1 ? [] : [advice(index, by)];
  });
}

const advice = (index: number, by: number): Advice => ({
  code: 'LINT_RULE_SHADOWED',
  path: ['allow', index],
  message: `every job that the ${ordinal(index)} rule allows, the ${ordinal(by)} allows too: the ${ordinal(index)} limits nothing.`,
  remedy: `take the ${ordinal(index)} rule out, or, if its limits are meant, the ${ordinal(by)}.`,
});

/** A rule with the events and the repositories (of the policy’s own list) that it means: some, also where it names none. */
export interface Meaning {
  readonly rule: RuleDocument;
  readonly events: ReadonlySet<string>;
  readonly repositories: ReadonlySet<Repository>;
}

export function meaningOf(rule: RuleDocument, repositories: readonly Repository[]): Meaning {
  const idle = idleEvents(rule);
  return {
    rule,
    events: new Set(eventsOf(rule).filter((event) => !idle.includes(event))),
    repositories: new Set(
      rule.repository === undefined ? repositories : namedRepositories(rule.repository, repositories),
    ),
  };
}

/** Whether every job that meets `narrow` meets `wide` too; false where that cannot be told. */
export function implies(narrow: Meaning, wide: Meaning, budget: Budget): boolean {
  if (!isSubset(narrow.events, wide.events) || !isSubset(narrow.repositories, wide.repositories)) return false;
  const keys = Object.keys(wide.rule).filter((key): key is Judged => key in JUDGES);
  return keys.every((key) => {
    const [given, wanted] = [narrow.rule[key], wide.rule[key]];
    return given !== undefined && JUDGES[key](given as never, wanted as never, budget);
  });
}

type Judged = Exclude<ConditionKey, 'event' | 'repository'>;
type Judge<K extends Judged> = (
  narrow: NonNullable<RuleDocument[K]>,
  wide: NonNullable<RuleDocument[K]>,
  budget: Budget,
) => boolean;

const patterns =
  (fold: boolean) =>
  (narrow: readonly string[], wide: readonly string[], budget: Budget): boolean =>
    narrow.every((inner) =>
      wide.some((outer) => {
        budget.left -= 1;
        return inner === outer || (budget.left >= 0 && isWithin(inner, outer, { fold }));
      }),
    );

const isSubset = <T>(narrow: ReadonlySet<T>, wide: ReadonlySet<T>): boolean =>
  [...narrow].every((one) => wide.has(one));

const subset = <T>(narrow: readonly T[], wide: readonly T[]): boolean => narrow.every((one) => wide.includes(one));

/** Windows of time are compared as they are written. */
const sameWindows = (narrow: readonly object[], wide: readonly object[]): boolean =>
  subset(
    narrow.map((one) => JSON.stringify(one)),
    wide.map((one) => JSON.stringify(one)),
  );

/** One for each condition, which the type holds us to: one that is forgotten would make a limit look idle. */
const JUDGES: { readonly [K in Judged]: Judge<K> } = {
  branch: patterns(false),
  tag: patterns(false),
  ref: patterns(false),
  'pull-request': (narrow, wide, budget) => patterns(false)(basesOf(narrow), basesOf(wide), budget),
  environment: patterns(true),
  workflow: subset,
  'called-workflow': subset,
  actor: subset,
  requester: subset,
  runner: subset,
  visibility: subset,
  'protected-ref': subset,
  'protected-environment': subset,
  time: sameWindows,
  claims: (narrow, wide) =>
    Object.entries(wide).every(([name, values]) => {
      const given = Object.hasOwn(narrow, name) ? narrow[name] : undefined;
      return given !== undefined && subset(given, values);
    }),
};

const basesOf = (pulls: NonNullable<RuleDocument['pull-request']>): readonly string[] =>
  pulls.flatMap(({ into }) => into);
