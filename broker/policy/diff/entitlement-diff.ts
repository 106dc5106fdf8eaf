// How one entitlement differs between two versions: who gains it, who loses it, and what else changed about it.
import { anyOf } from '../../schema-problems.ts';
import { credentialChanges } from './credential-diff.ts';
import type { Change, Difference } from './difference.ts';
import { type Allowed, compareRules } from './rule-diff.ts';
import { stableText } from './stable-text.ts';
import { termChanges } from './terms-diff.ts';
import type { EntitlementVersion } from './versions.ts';

export function entitlementDifferences(
  scope: string,
  before: EntitlementVersion,
  now: EntitlementVersion,
): readonly Difference[] {
  const said = (change: Change): Difference => ({ ...change, of: scope, text: `${scope} ${change.text}` });
  return [
    ...existence(before, now).map(said),
    ...(sameRules(before, now) ? [] : allowedDifferences(scope, before, now)),
    ...otherChanges(before, now).map(said),
  ];
}

function existence(before: EntitlementVersion, now: EntitlementVersion): readonly Change[] {
  if (before.entitlement === undefined)
    return [{ direction: 'wider', text: `is new, a credential of kind ${now.entitlement?.credential.kind}` }];
  return now.entitlement === undefined ? [{ direction: 'narrower', text: 'is gone' }] : [];
}

/** The same rules for the same repositories allow the same jobs, where people must agree in both or in none. */
function sameRules(before: EntitlementVersion, now: EntitlementVersion): boolean {
  const textOf = ({ rules, project, entitlement }: EntitlementVersion): string =>
    stableText([rules, project?.repositories, entitlement?.approval === undefined]);
  return textOf(before) === textOf(now);
}

function allowedDifferences(scope: string, before: EntitlementVersion, now: EntitlementVersion): readonly Difference[] {
  const { gained, lost } = compareRules(before, now);
  const gains = gained.allowed.map((allowed): Difference => {
    const text = `${allowed.jobs} may now have ${scope} (rule ${allowed.rule}${termsOf(now)})`;
    return { ...partsOf(scope, allowed), direction: 'gains', text };
  });
  const losses = lost.allowed.map((allowed): Difference => {
    const text = `${allowed.jobs} may no longer have ${scope} (it was rule ${allowed.rule})`;
    return { ...partsOf(scope, allowed), direction: 'loses', text };
  });
  return [
    ...gains,
    ...undecided(scope, gained.undecided, 'may allow more jobs than are listed here'),
    ...unknowable(scope, before, now),
    ...losses,
    ...undecided(scope, lost.undecided, 'of the old version may have allowed more jobs than are listed here'),
  ];
}

const partsOf = (of: string, { rule, witness }: Allowed) => ({ of, rule, witness });

/** What still stands between such a job and a credential. */
function termsOf({ document }: EntitlementVersion): string {
  const ways = [document?.approval && 'after approval', document?.['break-glass'] && 'by break-glass'];
  const approval = ways.some(Boolean) ? `, ${ways.filter(Boolean).join(' or ')}` : '';
  return document?.mode === 'observe' ? `${approval}, only observed` : approval;
}

const undecided = (of: string, rules: readonly number[], what: string): readonly Difference[] =>
  rules.map((rule) => ({
    direction: 'may-differ',
    of,
    rule,
    text: `rule ${rule} of ${of} ${what}: it is too involved to be compared whole`,
  }));

/** Rules that ask for what this broker cannot find out: they allow nobody yet, and are not compared as what they will allow. */
function unknowable(of: string, before: EntitlementVersion, now: EntitlementVersion): readonly Difference[] {
  const rulesOf = ({ entitlement, rules, project }: EntitlementVersion) =>
    (entitlement?.rules ?? []).flatMap(({ index, conditions }) => {
      const facts = conditions.filter(({ fact }) => fact !== undefined).map(({ key }) => `\`${key}\``);
      return facts.length === 0 ? [] : [{ index, facts, text: stableText([rules[index], project?.repositories]) }];
    });
  const known = new Set(rulesOf(before).map(({ text }) => text));
  return rulesOf(now)
    .filter(({ text }) => !known.has(text))
    .map(({ index, facts }) => ({
      ...({ direction: 'may-differ', of, rule: index } as const),
      text: `rule ${index} of ${of} asks for ${anyOf(facts)}, which no token says: whom it allows is not compared`,
    }));
}

function otherChanges(before: EntitlementVersion, now: EntitlementVersion): readonly Change[] {
  const [old, fresh] = [before.entitlement, now.entitlement];
  if (before.document === undefined || now.document === undefined || old === undefined || fresh === undefined)
    return [];
  return [...credentialChanges(old.credential, fresh.credential), ...termChanges(before.document, now.document)];
}
