// The limits of the organization, held against one entitlement as it is written. A project can only narrow: what goes further is
// an error that names the guardrail, and what is excepted is excepted by name and until a day.
import { formatDuration } from '../../shared/duration.ts';
import { ordinal } from '../../shared/ordinal.ts';
import type { Entitlement } from '../model.ts';
import { anyOf, type KeyPath, type Problem } from '../shapes/schema-problems.ts';
import { allowsAny } from './broad-conditions.ts';
import { eventsOf } from './conditions.ts';
import type { EntitlementDocument } from './document.ts';
import type { GuardrailsDocument, Need } from './organization-document.ts';
import { foldCase } from './pattern.ts';
import { canMatchOneName } from './pattern-overlap.ts';
import { RUNNERS, type RuleDocument } from './rule-document.ts';

export interface GuardrailResult {
  readonly problems: readonly Problem[];
  /** the exceptions that the entitlement stands on; past their day it refuses */
  readonly waivers: Entitlement['waivers'];
  readonly warnings: readonly Problem[];
}

/** What one guardrail objects to, and the name under which a waiver can except it; `undefined` where none can. */
interface Objection extends Problem {
  readonly of: string | undefined;
}

/** `scope` is project/entitlement. */
export function checkGuardrails(
  scope: string,
  document: EntitlementDocument,
  guardrails: GuardrailsDocument,
): GuardrailResult {
  const objections = [
    ...needObjections(document, guardrails),
    ...ttlObjections(scope, document, guardrails),
    ...eventObjections(document, guardrails),
    ...runnerObjections(document, guardrails),
  ];
  const needed = new Set(objections.map(({ of }) => of));
  const waivers = [...needed].flatMap((of) =>
    latestWaiver(
      of,
      guardrails.waivers.filter((waiver) => waiver.entitlement === scope),
    ),
  );
  const standing = objections.filter(({ of }) => !waivers.some((waiver) => waiver.of === of));
  return {
    problems: standing.map(({ path, message, of }) => ({
      path,
      message: of === undefined ? message : `${message}, or ask for a waiver of "${of}"`,
    })),
    waivers: waivers.map(({ of, until, owner }) => ({ of, until, owner })),
    warnings: reviewWarnings(document, guardrails),
  };
}

/** The key is all that a policy can give; that the guardrail then protects nothing yet must not pass unsaid. */
function reviewWarnings(document: EntitlementDocument, guardrails: GuardrailsDocument): Problem[] {
  const isNeeded = requirementsFor(document, guardrails).some(({ needs }) => needs.some(({ key }) => key === 'review'));
  if (!isNeeded || document.review === undefined) return [];
  const message =
    'is what the guardrail `require` asks for, and nobody is asked to review yet: the guardrail has no effect';
  return [{ path: ['review'], message }];
}

const requirementsFor = ({ risk, credential }: EntitlementDocument, { require }: GuardrailsDocument) =>
  require.filter((one) => (one.risk ?? risk) === risk && (one.kind ?? credential.kind) === credential.kind);

/** A waiver that was renewed may stand beside the one that ended. */
function latestWaiver(of: string | undefined, waivers: GuardrailsDocument['waivers']): GuardrailsDocument['waivers'] {
  return waivers
    .filter((waiver) => waiver.of === of)
    .toSorted((a, b) => b.until - a.until)
    .slice(0, 1);
}

function needObjections(document: EntitlementDocument, guardrails: GuardrailsDocument): Objection[] {
  const objections = requirementsFor(document, guardrails).flatMap((one) =>
    one.needs.flatMap((need) =>
      unmet(need, document, one.environment).map(({ path, remedy }) => ({
        path,
        of: need.text,
        message: `the guardrail \`require\` asks ${whomItConcerns(one)} for \`${need.text}\`: ${remedy}`,
      })),
    ),
  );
  // Two requirements may ask for the same: once is enough to say.
  return [...new Map(objections.map((one) => [JSON.stringify([one.of, one.path]), one])).values()];
}

function whomItConcerns({ risk, kind, environment }: GuardrailsDocument['require'][number]): string {
  const limits = [risk === undefined ? [] : [`${risk} risk`], kind === undefined ? [] : [`kind ${kind}`]].flat();
  const whom = `every entitlement${limits.length === 0 ? '' : ` of ${limits.join(' and ')}`}`;
  return environment === undefined ? whom : `${whom} that a job of environment ${anyOf(environment)} can meet`;
}

const EACH = new Intl.ListFormat('en');

/** Where a need is not met: the entitlement itself, or each of its rules that a job of the environments can meet. */
function unmet(
  need: Need,
  document: EntitlementDocument,
  environments: readonly string[] | undefined,
): readonly { path: KeyPath; remedy: string }[] {
  const concerned = document.allow.flatMap((rule, index) =>
    environments === undefined || canBeOf(rule, environments) ? [{ rule, index }] : [],
  );
  const elsewhere = environments === undefined ? '' : ', or name an `environment` that is none of those';
  if (need.key === 'approval' || need.key === 'review') {
    if (document[need.key] !== undefined || concerned.length === 0) return [];
    const which =
      environments === undefined ? '' : ` in the ${EACH.format(concerned.map(({ index }) => ordinal(index)))} rule`;
    return [{ path: [], remedy: `add it${elsewhere}${which}` }];
  }
  return concerned.flatMap(({ rule, index }) => {
    if (ruleMeets(need, rule)) return [];
    const remedy = allowsAny(need.key, rule) ? 'here it allows any, name which' : 'add it to this rule';
    return [{ path: ['allow', index], remedy: `${remedy}${elsewhere}` }];
  });
}

/** Whether a job of one of these environments can meet a rule. One that names no environment lets in those of any. */
const canBeOf = ({ environment: own }: RuleDocument, environments: readonly string[]): boolean =>
  own === undefined || own.some((one) => environments.some((other) => canMatchOneName(one, other)));

function ruleMeets({ key, value }: Need, rule: RuleDocument): boolean {
  const given = rule[key as keyof RuleDocument];
  if (given === undefined) return false;
  // What lets everything through has the key, and not what it stands for.
  if (value === undefined) return !allowsAny(key, rule);
  // Every value that the rule allows must be the needed one: a list with one more would loosen it.
  return Object.values(given).every((one) => sameValue(key, String(one), value));
}

const sameValue = (key: string, given: string, needed: string): boolean =>
  key === 'environment' || key === 'repository' ? foldCase(given) === foldCase(needed) : given === needed;

function ttlObjections(scope: string, { risk, ttl }: EntitlementDocument, guardrails: GuardrailsDocument): Objection[] {
  if (ttl === 'never') {
    if (guardrails['allow-static'].includes(scope)) return [];
    return [
      {
        path: ['ttl'],
        of: undefined,
        message: `a value that never dies is handed out only where the guardrails name it: add ${scope} to \`allow-static\`, or give it an end`,
      },
    ];
  }
  const longest = guardrails['longest-ttl'][risk];
  if (longest === undefined || ttl <= longest) return [];
  return [
    {
      path: ['ttl'],
      of: 'longest-ttl',
      message: `${formatDuration(ttl)} is longer than the guardrail \`longest-ttl\` allows for ${risk} risk: write ${formatDuration(longest)} or less`,
    },
  ];
}

function eventObjections({ allow }: EntitlementDocument, { never }: GuardrailsDocument): Objection[] {
  return allow.flatMap((rule, index) => {
    const forbidden = eventsOf(rule).filter((event) => never.events.includes(event));
    const hint =
      rule.event === undefined ? '; where `event` is left out it is meant: name the others' : ': take it out';
    return forbidden.map((event) => ({
      path: ['allow', index, 'event'],
      of: undefined,
      message: `the guardrail \`never\` forbids jobs of \`${event}\`${hint}`,
    }));
  });
}

function runnerObjections({ allow }: EntitlementDocument, { never }: GuardrailsDocument): Objection[] {
  const left = anyOf(RUNNERS.filter((runner) => !never.runners.includes(runner)));
  return allow.flatMap(({ runner }, index) => {
    // A rule that names none lets in jobs on every runner.
    const forbidden = never.runners.filter((one) => runner === undefined || runner.includes(one));
    const remedy = runner === undefined ? `add \`runner: ${left}\` to this rule` : `let \`runner\` be ${left} alone`;
    return forbidden.map((one) => ({
      path: runner === undefined ? ['allow', index] : ['allow', index, 'runner'],
      of: undefined,
      message: `the guardrail \`never\` forbids jobs on \`${one}\` runners: ${remedy}`,
    }));
  });
}
