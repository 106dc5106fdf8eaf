// Programs ask otherwise than people do where people must agree: only under a rule that names them.
import { namesActor } from '../requester.ts';
import type { Attribute, Sample, Side } from './attribute.ts';

const PERSON: Sample = {};
const PROGRAM: Sample = { subject: { actor: 'something[bot]' } };

/** Where nobody has to agree, who started a run makes no difference. */
export function programOf(sides: readonly Side[]): Attribute {
  const samples = sides.some(peopleMustAgree) ? [PERSON, PROGRAM] : [PERSON];
  return {
    ...{ samples, complete: true },
    allows: (sample, rule, side) => sample === PERSON || namesActor(rule) || !peopleMustAgree(side),
    words: (given) =>
      given.length === samples.length ? undefined : `started by a ${given.includes(PROGRAM) ? 'program' : 'person'}`,
  };
}

const peopleMustAgree = ({ entitlement }: Side): boolean => entitlement.approval !== undefined;
