// Who is allowed by the rules of one version of an entitlement and by none of the other: exactly, for each rule, in the rule's own
// words and with a job that is decided differently. Each such job was decided both ways before it is named.
import type { Rule, Subject } from '../../model.ts';
import { ruleThatHolds } from '../evaluate.ts';
import { requesterReasons } from '../requester.ts';
import type { RuleDocument } from '../rule-document.ts';
import { type Attribute, BASE, type Sample, type Side } from './attribute.ts';
import { type Box, type Budget, lookupOf, remainder } from './boxes.ts';
import type { Witness } from './difference.ts';
import { jobAttributes } from './job-attributes.ts';
import { placeOf } from './place.ts';
import { programOf } from './programs.ts';
import { mayAsk, repositoriesOf } from './repositories.ts';
import { SAMPLE_MOMENT } from './sample-moments.ts';

/** Jobs that one side allows and the other doesn't. */
export interface Allowed {
  /** index in `allow` */
  readonly rule: number;
  /** "jobs of acme/shop on branch main by push" */
  readonly jobs: string;
  readonly witness: Witness;
}

export interface RuleDiff {
  readonly allowed: readonly Allowed[];
  /** rules of which it could not be found out whole */
  readonly undecided: readonly number[];
}

const MAX_BOXES = 8;
/** A second or two; what people write needs a hundredth of it. */
const MAX_LOOKS = 20_000_000;

export interface ComparedRules {
  /** allowed by the version that comes second, and not by the first */
  readonly gained: RuleDiff;
  readonly lost: RuleDiff;
}

/** Undefined is a version that does not have it. */
export function compareRules(before: Side | undefined, now: Side | undefined): ComparedRules {
  const attributes = attributesOf([before, now].filter((side) => side !== undefined));
  const budget = { left: MAX_LOOKS };
  const [old, fresh] = [boxed(before, attributes), boxed(now, attributes)];
  return {
    gained: onlyIn(fresh, old, { attributes, budget }),
    lost: onlyIn(old, fresh, { attributes, budget }),
  };
}

function attributesOf(sides: readonly Side[]): readonly Attribute[] {
  const rules = sides.flatMap(({ document }) => document.allow);
  return [repositoriesOf(sides), placeOf(rules), ...jobAttributes(rules), programOf(sides)];
}

interface RuleBox {
  readonly rule: Rule;
  readonly written: RuleDocument;
  readonly box: Box<Sample>;
}

interface Boxed {
  readonly side: Side | undefined;
  readonly boxes: readonly RuleBox[];
}

/** Without rules that ask for what no token says: whom they allow is not known. */
function boxed(side: Side | undefined, attributes: readonly Attribute[]): Boxed {
  if (side === undefined) return { side, boxes: [] };
  const rules = side.entitlement.rules.filter(({ conditions }) => conditions.every(({ fact }) => fact === undefined));
  const boxOf = (rule: Rule): Box<Sample> =>
    attributes.map(({ samples, allows }) => samples.filter((sample) => allows(sample, rule, side)));
  const boxes = rules.map((rule) => ({ rule, written: side.document.allow[rule.index] ?? {}, box: boxOf(rule) }));
  return { side, boxes };
}

function onlyIn(
  { side, boxes }: Boxed,
  other: Boxed,
  { attributes, budget }: { attributes: readonly Attribute[]; budget: Budget },
): RuleDiff {
  const others = other.boxes.map(({ box }) => lookupOf(box));
  const complete = attributes.every((attribute) => attribute.complete);
  const allowed: Allowed[] = [];
  const undecided: number[] = [];
  for (const { rule, written, box } of boxes) {
    const left = remainder(box, others, { most: MAX_BOXES, budget });
    const found = left.boxes.map((one): Allowed => {
      const jobs = jobsIn(one, attributes, written);
      return { rule: rule.index, jobs, witness: witnessIn(one) };
    });
    const real = found.filter(({ witness }) => isAllowed(side, witness) && !isAllowed(other.side, witness));
    allowed.push(...real);
    // A witness that is not decided as it was found means that something here is wrong: then nothing may be left unsaid.
    if (!complete || !left.complete || real.length < found.length) undecided.push(rule.index);
    // What an earlier rule allows already is that rule's.
    others.push(lookupOf(box));
  }
  return { allowed, undecided };
}

/** Whether the rules of a side allow it, whatever else stands against the entitlement. */
function isAllowed(side: Side | undefined, { subject, now }: Witness): boolean {
  if (side === undefined || !mayAsk(side, subject)) return false;
  const { entitlement } = side;
  const rule = ruleThatHolds(entitlement, subject, { now });
  if (entitlement.approval === undefined) return rule !== undefined;
  // What GitHub is asked for once a rule holds says who may approve, and not who may ask.
  const reasons = requesterReasons({ entitlement, rule, subject });
  return rule !== undefined && reasons.every(({ code }) => code === 'FACT_UNAVAILABLE');
}

/** "jobs of acme/shop on branch main by push, in environment production" */
function jobsIn(box: Box<Sample>, attributes: readonly Attribute[], written: RuleDocument): string {
  const [repository, place, ...others] = box.flatMap((samples, at) => attributes[at]?.words(samples, written) ?? []);
  return `jobs ${[`${repository} ${place}`, ...others].join(', ')}`;
}

/** One job of the box: the first sample of each attribute. */
function witnessIn(box: Box<Sample>): Witness {
  const samples = box.flatMap((all) => all.slice(0, 1));
  const changes = samples.map(({ subject = {} }) => subject);
  const claims = Object.assign({}, ...changes.map((change) => change.claims ?? {}));
  const subject: Subject = Object.assign({}, BASE, ...changes, { claims });
  const file = subject.workflowRef.slice(`${BASE.repository}/`.length, -`@${BASE.ref}`.length);
  const workflowRef = `${subject.repository}/${file}@${subject.ref}`;
  const { now = SAMPLE_MOMENT }: Sample = Object.assign({}, ...samples);
  return { subject: { ...subject, workflowRef }, now };
}
