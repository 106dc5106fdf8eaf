// Programs ask otherwise than people do where people must agree: only under a rule that names them.
import type { Entitlement, Rule } from '../../model.ts';
import { namesActor } from '../requester.ts';
import type { Attribute, Sample } from './attribute.ts';
import type { Box } from './boxes.ts';

export interface RuleBoxes {
  readonly rule: Rule;
  readonly boxes: readonly Box[];
}

interface HasEntitlement {
  readonly entitlement: Entitlement | undefined;
}

const NAME = 'program';
const PERSON: Sample = { label: undefined, subject: { actor: 'somebody' } };
const PROGRAM: Sample = { label: undefined, subject: { actor: 'something[bot]' } };

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
}

export function boxesOf<S extends HasEntitlement>(side: S, { boxOf, attributes }: Making<S>): readonly RuleBoxes[] {
  const { rules = [], approval } = side.entitlement ?? {};
  const at = attributes.findIndex(({ name }) => name === NAME);
  const startedBy = (box: Box, index: number): Box => box.map((samples, which) => (which === at ? [index] : samples));
  return rules.map((rule): RuleBoxes => {
    const box = boxOf(rule, side);
    if (approval === undefined) return { rule, boxes: [box] };
    return { rule, boxes: [namesActor(rule) ? box : startedBy(box, 0)] };
  });
}
