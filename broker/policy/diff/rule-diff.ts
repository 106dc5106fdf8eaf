// Who is allowed by the rules of one version of an entitlement and by none of the other: exactly, for each rule, in the rule's own
// words and with a job that is decided differently. Each such job was decided both ways before it is named.
import type { Facts } from '../../facts.ts';
import type { Rule, Subject } from '../../model.ts';
import { ruleThatHolds } from '../evaluate.ts';
import { requesterReasons } from '../requester.ts';
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
/** Some seconds; what people write needs a hundredth of it. */
const MAX_LOOKS = 50_000_000;

export interface ComparedRules {
  /** allowed by the version that comes second, and not by the first */
  readonly gained: RuleDiff;
  readonly lost: RuleDiff;
}

export function compareRules(before: Side, now: Side): ComparedRules {
  const attributes = attributesOf([before, now]);
  const budget = { left: MAX_LOOKS };
  const [old, fresh] = [boxed(before, attributes), boxed(now, attributes)];
  return {
    gained: onlyIn(fresh, old, { attributes, budget }),
    lost: onlyIn(old, fresh, { attributes, budget }),
  };
}

function attributesOf(sides: readonly Side[]): readonly Attribute[] {
  const rules = sides.flatMap((side) => side.rules);
  return [repositoriesOf(sides), placeOf(rules), ...jobAttributes(rules), programOf(sides)];
}

interface Boxed {
  readonly side: Side;
  readonly boxes: readonly { readonly rule: Rule; readonly box: Box }[];
}

/** Without rules that ask for what no token says: whom they allow is not known. */
function boxed(side: Side, attributes: readonly Attribute[]): Boxed {
  const rules = (side.entitlement?.rules ?? []).filter(({ conditions }) =>
    conditions.every(({ fact }) => fact === undefined),
  );
  const boxOf = (rule: Rule): Box =>
    attributes.map(({ samples, allows }) =>
      samples.flatMap((sample, index) => (allows(sample, rule, side) ? [index] : [])),
    );
  return { side, boxes: rules.map((rule) => ({ rule, box: boxOf(rule) })) };
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
  for (const { rule, box } of boxes) {
    const left = remainder(box, others, { most: MAX_BOXES, budget });
    const found = left.boxes.map((one) => describe(one, { attributes, rule, side }));
    const real = found.filter(({ witness }) => isAllowed(side, witness) && !isAllowed(other.side, witness));
    allowed.push(...real);
    // A witness that is not decided as it was found means that something here is wrong: then nothing may be left unsaid.
    if (!complete || !left.complete || real.length < found.length) undecided.push(rule.index);
    // What an earlier rule allows already is that rule's.
    others.push(lookupOf(box));
  }
  return { allowed, undecided };
}

const ANYBODY = { id: '0', login: '', isProgram: false };
/** What GitHub is asked for once a rule holds: it says who may approve, and not who may ask. */
const AUTHOR_KNOWN: Facts = { commit: { value: { author: ANYBODY, committer: ANYBODY } } };

/** Whether the rules of a side allow it, whatever else stands against the entitlement. */
function isAllowed(side: Side, { subject, now }: Witness): boolean {
  const { entitlement } = side;
  const rule = entitlement && mayAsk(side, subject) ? ruleThatHolds(entitlement, subject, { now }) : undefined;
  if (entitlement?.approval === undefined) return rule !== undefined;
  return rule !== undefined && requesterReasons({ entitlement, rule, subject, facts: AUTHOR_KNOWN }).length === 0;
}

function describe(
  box: Box,
  { attributes, rule, side }: { attributes: readonly Attribute[]; rule: Rule; side: Side },
): Allowed {
  const document = side.rules[rule.index] ?? {};
  const samples = attributes.map((attribute, at) => box[at]?.flatMap((index) => attribute.samples[index] ?? []) ?? []);
  const words = attributes.flatMap((attribute, at) => attribute.words(samples[at] ?? [], document) ?? []);
  const [repository, place, ...others] = words;
  return {
    rule: rule.index,
    jobs: `jobs ${[`${repository} ${place}`, ...others].join(', ')}`,
    witness: witnessOf(samples.flatMap(([sample]) => sample ?? [])),
  };
}

/** One job of samples, each of another attribute. */
function witnessOf(samples: readonly Sample[]): Witness {
  const changes = samples.map(({ subject = {} }) => subject);
  const claims = Object.assign({}, ...changes.map((change) => change.claims ?? {}));
  const subject: Subject = Object.assign({}, BASE, ...changes, { claims });
  const file = subject.workflowRef.slice(`${BASE.repository}/`.length, -`@${BASE.ref}`.length);
  const workflowRef = `${subject.repository}/${file}@${subject.ref}`;
  const now = samples.find((sample) => sample.now !== undefined)?.now ?? SAMPLE_MOMENT;
  return { subject: { ...subject, workflowRef }, now };
}
