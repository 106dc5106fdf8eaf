// How one entitlement differs between two versions: who gains it, who loses it, and what else changed about it.
import { ordinal } from '../../../shared/ordinal.ts';
import { anyOf } from '../../shapes/schema-problems.ts';
import type { EntitlementDocument } from '../document.ts';
import type { Side } from './attribute.ts';
import { credentialChanges } from './credential-diff.ts';
import type { Change, Difference } from './difference.ts';
import { compareRules } from './rule-diff.ts';
import { stableText } from './stable-text.ts';
import { termChanges } from './terms-diff.ts';

/** Undefined is a version that does not have it. */
export function entitlementDifferences(
  scope: string,
  before: Side | undefined,
  now: Side | undefined,
): readonly Difference[] {
  const said = (change: Change): Difference => ({ ...change, of: scope, text: `${scope} ${change.text}` });
  return [
    ...existence(before, now).map(said),
    ...(sameRules(before, now) ? [] : allowedDifferences(scope, before, now)),
    ...otherChanges(before, now).map(said),
  ];
}

function existence(before: Side | undefined, now: Side | undefined): readonly Change[] {
  if (now === undefined) return [{ direction: 'narrower', text: 'is gone' }];
  if (before !== undefined) return [];
  return [{ direction: 'wider', text: `is new, a credential of kind ${now.entitlement.credential.kind}` }];
}

/** Equal rules for equal repositories allow the same jobs, where people must agree in both or in none. */
const sameRules = (before: Side | undefined, now: Side | undefined): boolean =>
  allowing(before, before?.document.allow, before?.entitlement.rules) ===
  allowing(now, now?.document.allow, now?.entitlement.rules);

/** As they are written and as they were compiled: what is handed out can bind a rule to one of the repositories. */
const allowing = (side: Side | undefined, written: unknown, compiled: unknown): string =>
  stableText([written, compiled, side?.project.repositories, Boolean(side?.entitlement.approval)]);

function allowedDifferences(of: string, before: Side | undefined, now: Side | undefined): readonly Difference[] {
  const { gained, lost } = compareRules(before, now);
  const gains = gained.allowed.map(({ rule, jobs, witness }): Difference => {
    const text = `${jobs} may now have ${of} (the ${ordinal(rule)} rule${termsOf(now?.document)})`;
    return { direction: 'gains', of, rule, witness, text };
  });
  const losses = lost.allowed.map(({ rule, jobs, witness }): Difference => {
    const text = `${jobs} may no longer have ${of} (it was the ${ordinal(rule)} rule)`;
    return { direction: 'loses', of, rule, witness, text };
  });
  return [
    ...gains,
    ...undecided(of, gained.undecided, 'may allow more jobs than are listed here'),
    ...unknowable(of, before, now),
    ...losses,
    ...undecided(of, lost.undecided, 'of the old version may have allowed more jobs than are listed here'),
  ];
}

/** What still stands between such a job and a credential. */
function termsOf({ approval, 'break-glass': breakGlass, mode }: Partial<EntitlementDocument> = {}): string {
  const ways = [approval && 'after approval', breakGlass && 'by break-glass'].filter((way) => way !== undefined);
  return [...(ways.length > 0 ? [ways.join(' or ')] : []), ...(mode === 'observe' ? ['only observed'] : [])]
    .map((term) => `, ${term}`)
    .join('');
}

const undecided = (of: string, rules: readonly number[], what: string): readonly Difference[] =>
  rules.map((rule) => ({
    direction: 'may-differ',
    of,
    rule,
    text: `the ${ordinal(rule)} rule of ${of} ${what}: it is too involved to be compared whole`,
  }));

/** Rules that ask for what this broker cannot find out: they allow nobody yet, and are not compared as what they will allow. */
function unknowable(of: string, before: Side | undefined, now: Side | undefined): readonly Difference[] {
  const [old, fresh] = [factRulesOf(before), factRulesOf(now)];
  const added = fresh.filter((rule) => !old.some(({ allows }) => allows === rule.allows));
  const gone = old.filter((rule) => !fresh.some(({ text }) => text === rule.text));
  return [
    ...added.map(({ index, asks }) => ({
      ...({ direction: 'may-differ', of, rule: index } as const),
      text: `the ${ordinal(index)} rule of ${of} asks for ${asks}, which no token says: whom it allows is not compared`,
    })),
    // What takes its place is compared: that it is gone gives nobody more.
    ...gone.map(({ index, asks }) => ({
      ...({ direction: 'narrower', of, rule: index } as const),
      text: `the ${ordinal(index)} rule of the old version of ${of} is gone; it asked for ${asks}, which no token says: whom it allowed is not compared`,
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

function factRulesOf(side: Side | undefined): readonly FactRule[] {
  if (side === undefined) return [];
  return side.entitlement.factRules.map(({ index, conditions }) => {
    const written = side.document.allow[index];
    const keys = conditions.filter(({ fact }) => fact !== undefined).map(({ key }) => `\`${key}\``);
    return { index, asks: anyOf(keys), text: stableText(written), allows: allowing(side, written, conditions) };
  });
}

function otherChanges(before: Side | undefined, now: Side | undefined): readonly Change[] {
  if (before === undefined || now === undefined) return [];
  return [
    ...credentialChanges(before.entitlement.credential, now.entitlement.credential),
    ...termChanges(before.document, now.document),
  ];
}
