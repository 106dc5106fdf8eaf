// Programs ask otherwise than people do where people must agree: only under a rule that names them, and only if no rule before it
// holds that doesn't. So what a rule allows is more than one box there.
import type { Entitlement, Rule } from '../../model.ts';
import type { Attribute, Sample } from './attribute.ts';
import { type Box, type Budget, lookupOf, remainder } from './boxes.ts';

export interface RuleBoxes {
  readonly rule: Rule;
  readonly boxes: readonly Box[];
  /** false where they may not be all */
  readonly complete: boolean;
}

interface HasEntitlement {
  readonly entitlement: Entitlement | undefined;
}

const NAME = 'program';
const PERSON: Sample = { label: undefined, subject: { actor: 'somebody' } };
const PROGRAM: Sample = { label: undefined, subject: { actor: 'something[bot]' } };
const MAX_PIECES = 1_000;

/** Where nobody has to agree, who started a run makes no difference. */
export function programOf(sides: readonly HasEntitlement[]): Attribute {
  const matters = sides.some(({ entitlement }) => entitlement?.approval !== undefined);
  const samples = matters ? [PERSON, PROGRAM] : [PERSON];
  return {
    ...{ name: NAME, samples, complete: true },
    holds: () => undefined,
    words: (given) =>
      given.length === samples.length ? undefined : `started by a ${given.includes(PROGRAM) ? 'program' : 'person'}`,
  };
}

interface Making<S> {
  /** what the conditions of a rule let in */
  readonly boxOf: (rule: Rule, side: S) => Box;
  readonly attributes: readonly Attribute[];
  readonly budget: Budget;
}

export function boxesOf<S extends HasEntitlement>(
  side: S,
  { boxOf, attributes, budget }: Making<S>,
): readonly RuleBoxes[] {
  const { rules = [], approval } = side.entitlement ?? {};
  const at = attributes.findIndex(({ name }) => name === NAME);
  const startedBy = (box: Box, index: number): Box => box.map((samples, which) => (which === at ? [index] : samples));
  const before: Box[] = [];
  return rules.map((rule): RuleBoxes => {
    const box = boxOf(rule, side);
    if (approval === undefined) return { rule, boxes: [box], complete: true };
    const person = startedBy(box, 0);
    if (!rule.conditions.some(({ key }) => key === 'actor')) {
      before.push(startedBy(box, 1));
      return { rule, boxes: [person], complete: true };
    }
    const named = remainder(startedBy(box, 1), before.map(lookupOf), { most: MAX_PIECES, budget });
    return { rule, boxes: [person, ...named.boxes], complete: named.complete };
  });
}
