// Who is allowed by the rules of one version of an entitlement and by none of the other: exactly, for each rule, in the rule's own
// words and with a job that is decided differently. Each such job was decided both ways before it is named.
import type { Entitlement, Project, Repository, Rule, Subject } from '../../model.ts';
import { ruleThatHolds } from '../evaluate.ts';
import { listedOwnerId, type PolicySet, repositoryKey } from '../policy-set.ts';
import { movedReason } from '../reasons.ts';
import { requesterReasons } from '../requester.ts';
import type { RuleDocument } from '../rule-document.ts';
import { type Attribute, BASE, type Sample } from './attribute.ts';
import { type Box, type Budget, lookupOf, remainder } from './boxes.ts';
import type { Witness } from './difference.ts';
import { jobAttributes, repositoryOf } from './job-attributes.ts';
import { placeOf } from './place.ts';
import { boxesOf, programOf, type RuleBoxes } from './programs.ts';
import { SAMPLE_MOMENT } from './sample-moments.ts';

/** An entitlement in one of the two versions; rules are empty where that version doesn't have it. */
export interface Side {
  readonly policies: PolicySet;
  readonly project: Project | undefined;
  readonly entitlement: Entitlement | undefined;
  /** as they are written, in the order of the file */
  readonly rules: readonly RuleDocument[];
}

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
  const attributes = attributesOf(before, now);
  const boxOf = boxesOver(attributes);
  const budget = { left: MAX_LOOKS };
  const boxed = (side: Side): Boxed => ({ side, boxes: boxesOf(side, { boxOf, attributes }) });
  const [old, fresh] = [boxed(before), boxed(now)];
  return {
    gained: onlyIn(fresh, old, { attributes, budget }),
    lost: onlyIn(old, fresh, { attributes, budget }),
  };
}

interface Boxed {
  readonly side: Side;
  readonly boxes: readonly RuleBoxes[];
}

function onlyIn(
  { side, boxes }: Boxed,
  other: Boxed,
  { attributes, budget }: { attributes: readonly Attribute[]; budget: Budget },
): RuleDiff {
  const others = other.boxes.flatMap(({ boxes: of }) => of.map(lookupOf));
  const complete = attributes.every((attribute) => attribute.complete);
  const allowed: Allowed[] = [];
  const undecided: number[] = [];
  for (const { rule, boxes: own } of boxes) {
    const left = own.map((box) => remainder(box, others, { most: MAX_BOXES, budget }));
    const found = left.flatMap(({ boxes: all }) => all).map((one) => describe(one, { attributes, rule, side }));
    const real = found.filter(({ witness }) => isAllowed(side, witness) && !isAllowed(other.side, witness));
    allowed.push(...real);
    // A witness that is not decided as it was found means that something here is wrong: then nothing may be left unsaid.
    const isDecided = complete && left.every((one) => one.complete);
    if (!isDecided || real.length < found.length) undecided.push(rule.index);
    // What an earlier rule allows already is that rule's.
    others.push(...own.map(lookupOf));
  }
  return { allowed, undecided };
}

/** Whether the rules of a side allow it, whatever else stands against the entitlement. */
function isAllowed({ policies, project, entitlement }: Side, { subject, now }: Witness): boolean {
  const repository = policies.repositories
    .get(project?.name ?? '')
    ?.get(repositoryKey(subject.issuer, subject.repositoryId));
  if (project === undefined || entitlement === undefined || repository === undefined) return false;
  if (movedReason(policies.owners, repository, { subject, project }) !== undefined) return false;
  const rule = ruleThatHolds(entitlement, subject, { now });
  if (entitlement.approval !== undefined && requesterReasons({ entitlement, rule, subject }).length > 0) return false;
  return rule !== undefined;
}

function attributesOf(a: Side, b: Side): readonly Attribute[] {
  const rules = [...a.rules, ...b.rules];
  return [repositoryOf(repositoriesOf([a, b])), placeOf(rules), ...jobAttributes(rules), programOf([a, b])];
}

/** Each with every owner under whose id one of the versions takes it. */
function repositoriesOf(sides: readonly Side[]): readonly (Repository & { readonly ownerId: string })[] {
  const all = sides.flatMap(({ policies: { owners }, project }) =>
    (project?.repositories ?? []).flatMap((repository) => {
      const ownerId = owners === undefined ? BASE.repositoryOwnerId : listedOwnerId(owners, repository);
      return ownerId === undefined ? [] : [{ ...repository, ownerId }];
    }),
  );
  return [...new Map(all.map((one) => [`${repositoryKey(one.issuer, one.id)} ${one.ownerId}`, one])).values()];
}

function boxesOver(attributes: readonly Attribute[]): (rule: Rule, side: Side) => Box {
  return ({ conditions }, { policies, project }) => {
    const listed = policies.repositories.get(project?.name ?? '');
    const takes = ({ subject = {} }: Sample): boolean => {
      const repository = listed?.get(repositoryKey(subject.issuer ?? '', subject.repositoryId ?? ''));
      if (repository === undefined || project === undefined) return false;
      return movedReason(policies.owners, repository, { subject: { ...BASE, ...subject }, project }) === undefined;
    };
    const isUnknowable = conditions.some(({ fact }) => fact !== undefined);
    return attributes.map((attribute) =>
      attribute.samples.flatMap((sample, index) => {
        const isIn = conditions.every((condition) => attribute.holds(condition, sample) !== false);
        return isIn && !isUnknowable && (attribute.name !== 'repository' || takes(sample)) ? [index] : [];
      }),
    );
  };
}

function describe(
  box: Box,
  { attributes, rule, side }: { attributes: readonly Attribute[]; rule: Rule; side: Side },
): Allowed {
  const document = side.rules[rule.index] ?? {};
  const samples = attributes.map((attribute, at) => box[at]?.flatMap((index) => attribute.samples[index] ?? []) ?? []);
  const words = attributes.flatMap((attribute, at) => attribute.words(samples[at] ?? [], document) ?? []);
  const [first = '', ...rest] = words;
  return {
    rule: rule.index,
    jobs: `jobs ${[first, ...rest].join(', ').replace(', ', ' ')}`,
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
