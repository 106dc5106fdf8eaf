// What the cases say nothing about: entitlements that none asks for, that none is permitted or denied, and rules by which none
// was ever permitted. A rule that no case needs can be widened without any test noticing.
import { ordinal } from '../../shared/ordinal.ts';
import type { Entitlement, Rule } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Outcome } from './case-document.ts';

export interface Covered {
  /** project/entitlement */
  readonly ask: string;
  readonly outcome: Outcome;
  readonly rule: number | undefined;
}

export interface Uncovered {
  readonly ask: string;
  readonly missing: 'any case' | 'a case that is permitted' | 'a case that is denied' | 'a case that this rule permits';
  readonly rule?: number;
  readonly message: string;
}

export function uncovered({ projects }: PolicySet, covered: readonly Covered[]): readonly Uncovered[] {
  const entitlements = [...projects.values()].flatMap((project) => [...project.entitlements.values()]);
  return entitlements.flatMap((entitlement) => {
    const ask = `${entitlement.project}/${entitlement.name}`;
    return gapsOf(
      entitlement,
      covered.filter((one) => one.ask === ask && one.outcome !== 'stranger'),
    );
  });
}

function gapsOf(entitlement: Entitlement, cases: readonly Covered[]): Uncovered[] {
  const ask = `${entitlement.project}/${entitlement.name}`;
  if (cases.length === 0) return [{ ask, missing: 'any case', message: `${ask}: no case asks for it` }];
  const denied: Uncovered[] = cases.some(({ outcome }) => outcome === 'deny')
    ? []
    : [
        {
          ask,
          missing: 'a case that is denied',
          message: `${ask}: no case is denied, so nothing shows that it is closed`,
        },
      ];
  return [...denied, ...permitGaps(entitlement, cases)];
}

function permitGaps(entitlement: Entitlement, cases: readonly Covered[]): Uncovered[] {
  // Observed, it permits nobody, whatever a case says.
  if (entitlement.observe) return [];
  const ask = `${entitlement.project}/${entitlement.name}`;
  const used = new Set(cases.flatMap(({ outcome, rule }) => (outcome === 'deny' ? [] : [rule])));
  if (used.size === 0)
    return [{ ask, missing: 'a case that is permitted', message: `${ask}: no case is permitted${hint(entitlement)}` }];
  return entitlement.rules
    .filter(({ index }) => !used.has(index))
    .map((rule) => ({
      ...{ ask, rule: rule.index, missing: 'a case that this rule permits' },
      message: `${ask}: no case is permitted by the ${ordinal(rule.index)} rule (${inWords(rule)})`,
    }));
}

const WORDS: Readonly<Partial<Record<string, string>>> = {
  APPROVAL_UNAVAILABLE: 'approval',
  PROVIDER_UNAVAILABLE: 'provider',
};

/** How a case can be, where this broker lacks something. */
function hint({ lacks }: Entitlement): string {
  const words = [...new Set(lacks.flatMap(({ code }) => WORDS[code] ?? []))];
  return words.length === 0 ? '' : ` (\`assuming: [${words.join(', ')}]\` tests the rules today)`;
}

const inWords = ({ conditions }: Rule): string =>
  conditions.map(({ key, expected }) => `\`${key}\` is ${expected}`).join(', ');
