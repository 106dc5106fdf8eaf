// What a job can differ in, each with a finite number of values that stand for all there are: a rule holds for a job exactly if
// it holds in every attribute by itself, so that what a rule allows is a box of such values.
import type { Millis } from '../../clock.ts';
import type { Condition, Subject } from '../../model.ts';
import type { RuleDocument } from '../rule-document.ts';
import { SAMPLE_MOMENT } from './sample-moments.ts';

/** One value that a job can have, as it changes a subject. */
export interface Sample {
  readonly subject?: Partial<Subject>;
  readonly now?: Millis;
  /** as people say it; `undefined` where it stands for all that nobody names */
  readonly label: string | undefined;
}

export interface Attribute {
  readonly name: string;
  readonly samples: readonly Sample[];
  /** false where the samples do not stand for everything */
  readonly complete: boolean;
  /** whether what a condition asks of this attribute holds; undefined where it asks nothing of it */
  readonly holds: (condition: Condition, sample: Sample) => boolean | undefined;
  /** what of a rule's own words the samples are, such as "on branch main"; undefined where they are all there are */
  readonly words: (samples: readonly Sample[], rule: RuleDocument) => string | undefined;
}

/** Whoever asks with nothing that any rule names. */
export const BASE: Subject = {
  issuer: 'github',
  repository: 'some/repository',
  repositoryId: '0',
  repositoryOwner: 'some',
  repositoryOwnerId: '0',
  repositoryVisibility: 'private',
  ref: 'refs/heads/x',
  refType: 'branch',
  refProtected: false,
  sha: '0'.repeat(40),
  headRef: '',
  baseRef: '',
  eventName: 'push',
  environment: undefined,
  workflowRef: '',
  workflowSha: undefined,
  jobWorkflowRef: '',
  jobWorkflowSha: undefined,
  actor: 'somebody',
  actorId: '0',
  runId: '1',
  runAttempt: '1',
  checkRunId: undefined,
  runnerEnvironment: 'github-hosted',
  claims: {},
  tokenId: 'rehearsal',
  tokenExpiresAt: 0,
};

/** Whether a condition holds for the base subject with one value changed. */
export const holdsAlone = (condition: Condition, { subject = {}, now = SAMPLE_MOMENT }: Sample): boolean =>
  condition.holds({ ...BASE, ...subject }, now);
