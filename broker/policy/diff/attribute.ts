// What a job can differ in, each with a finite number of values that stand for all there are: a rule holds for a job exactly if
// it holds in every attribute by itself, so that what a rule allows is a box of such values.
import type { Millis } from '../../clock.ts';
import type { Entitlement, Project, Rule, Subject } from '../../model.ts';
import type { EntitlementDocument } from '../document.ts';
import type { PolicySet } from '../policy-set.ts';
import { type RuleDocument, VISIBILITIES } from '../rule-document.ts';
import { SAMPLE_MOMENT } from './sample-moments.ts';

/** One value that a job can have, as it changes a subject. */
export interface Sample {
  readonly subject?: Partial<Subject>;
  readonly now?: Millis;
  /** as people say it; left out where it stands for all that nobody names */
  readonly label?: string;
}

/** An entitlement in one of the two versions, compiled and as it is written. */
export interface Side {
  readonly policies: PolicySet;
  readonly project: Project;
  readonly entitlement: Entitlement;
  readonly document: EntitlementDocument;
}

export interface Attribute {
  readonly samples: readonly Sample[];
  /** false where the samples do not stand for everything */
  readonly complete: boolean;
  /** whether what a rule asks of this attribute holds */
  readonly allows: (sample: Sample, rule: Rule, side: Side) => boolean;
  /** what of a rule's own words the samples are, such as "on branch main"; undefined where they are all there are */
  readonly words: (samples: readonly Sample[], rule: RuleDocument) => string | undefined;
}

/** What each attribute says for itself, or no condition looks at. */
const ANY = 'any';

/** Whoever asks with nothing that any rule names. */
export const BASE: Subject = {
  issuer: ANY,
  repository: ANY,
  repositoryId: ANY,
  repositoryOwner: ANY,
  repositoryOwnerId: ANY,
  repositoryVisibility: VISIBILITIES[0],
  ref: ANY,
  refType: '',
  refProtected: undefined,
  sha: ANY,
  headRef: ANY,
  baseRef: '',
  eventName: ANY,
  environment: undefined,
  workflowRef: ANY,
  workflowSha: undefined,
  jobWorkflowRef: ANY,
  jobWorkflowSha: undefined,
  actor: ANY,
  actorId: ANY,
  runId: ANY,
  runAttempt: '1',
  checkRunId: undefined,
  runnerEnvironment: undefined,
  claims: {},
  tokenId: ANY,
  tokenExpiresAt: 0,
};

/** What some rules name under a key, each once. */
export const valuesOf = <T>(
  rules: readonly RuleDocument[],
  of: (rule: RuleDocument) => readonly T[] | undefined,
): readonly T[] => [
  ...new Set(
    rules
      .map(of)
      .filter((values) => values !== undefined)
      .flat(),
  ),
];

/** Whether the conditions of a rule that have these keys hold for the base subject with one value changed. */
export const judgedBy =
  (...keys: readonly string[]) =>
  ({ subject = {}, now = SAMPLE_MOMENT }: Sample, { conditions }: Rule): boolean =>
    conditions.every((condition) => !keys.includes(condition.key) || condition.holds({ ...BASE, ...subject }, now));
