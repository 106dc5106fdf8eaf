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

/** Equal rules for equal repositories allow the same jobs, where people must agree in both or in none. */
const sameRules = (before: EntitlementVersion, now: EntitlementVersion): boolean =>
  allowing(before, before.rules, before.entitlement?.rules) === allowing(now, now.rules, now.entitlement?.rules);

/** As they are written and as they were compiled: what is handed out can bind a rule to one of the repositories. */
const allowing = ({ project, entitlement }: EntitlementVersion, written: unknown, compiled: unknown): string =>
  stableText([written, compiled, project?.repositories, entitlement?.approval === undefined]);

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
  const [old, fresh] = [factRulesOf(before), factRulesOf(now)];
  const added = fresh.filter((rule) => !old.some(({ allows }) => allows === rule.allows));
  const gone = old.filter((rule) => !fresh.some(({ text }) => text === rule.text));
  return [
    ...added.map(({ index, asks }) => ({
      ...({ direction: 'may-differ', of, rule: index } as const),
      text: `rule ${index} of ${of} asks for ${asks}, which no token says: whom it allows is not compared`,
    })),
    // What takes its place is compared: that it is gone gives nobody more.
    ...gone.map(({ index, asks }) => ({
      ...({ direction: 'narrower', of, rule: index } as const),
      text: `rule ${index} of the old version of ${of} is gone; it asked for ${asks}, which no token says: whom it allowed is not compared`,
    })),
  ];
}

interface FactRule {
  readonly index: number;
  /** the conditions that no token answers */
  readonly asks: string;
  readonly text: string;
  /** the same for equal rules that allow the same jobs */
  readonly allows: string;
}

function factRulesOf(version: EntitlementVersion): readonly FactRule[] {
  return (version.entitlement?.factRules ?? []).map(({ index, conditions }) => {
    const written = version.rules[index];
    const keys = conditions.filter(({ fact }) => fact !== undefined).map(({ key }) => `\`${key}\``);
    return { index, asks: anyOf(keys), text: stableText(written), allows: allowing(version, written, conditions) };
  });
}

function otherChanges(before: EntitlementVersion, now: EntitlementVersion): readonly Change[] {
  const [old, fresh] = [before.entitlement, now.entitlement];
  if (before.document === undefined || now.document === undefined || old === undefined || fresh === undefined)
    return [];
  return [...credentialChanges(old.credential, fresh.credential), ...termChanges(before.document, now.document)];
}
