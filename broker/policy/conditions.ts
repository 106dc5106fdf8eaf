// Turns a rule as it is written into conditions that can be asked of a subject: each says whether it holds and, if not, what
// was wanted, what the job has, and what would help. Nothing here reads a clock; the moment is passed in.
import type { Condition, Repository, Rule, Subject } from '../model.ts';
import { DEFAULT_EVENTS, PULL_REQUEST_EVENTS } from './events.ts';
import { protectedEnvironmentCondition, requesterCondition } from './fact-conditions.ts';
import { compilePatterns, foldCase, matchesAny } from './pattern.ts';
import { type PatternSort, patternCondition } from './pattern-condition.ts';
import { repositoryKey } from './policy-set.ts';
import { branchCondition, pullRequestCondition, refCondition, tagCondition } from './ref-conditions.ts';
import { CONDITION_KEYS, type ConditionKey, type RuleDocument } from './rule-document.ts';
import type { Share } from './sharing.ts';
import { timeCondition } from './time-condition.ts';
import { wanting } from './wanting.ts';

/** The events that a rule allows, whether it names them or not. */
export function eventsOf(rule: RuleDocument): readonly string[] {
  return rule.event ?? (rule['pull-request'] === undefined ? DEFAULT_EVENTS : PULL_REQUEST_EVENTS);
}

export interface RuleContext {
  readonly repositories: readonly Repository[];
  /** the only one whose jobs may have what the entitlement gives, whatever the rule says */
  readonly onlyFrom?: Repository | undefined;
  /** within one project: a condition may depend on its repositories */
  readonly share: Share;
}

export function compileRule(index: number, rule: RuleDocument, { repositories, share, onlyFrom }: RuleContext): Rule {
  const written = JSON.stringify(rule);
  const bound = onlyFrom && repositoryKey(onlyFrom.issuer, onlyFrom.id);
  return share(`rule ${index} ${bound} ${written}`, () => {
    const conditions = CONDITION_KEYS.flatMap((key) => {
      // The one condition that every rule has, named or not, and that depends on another key where it is not.
      if (key === 'event')
        return [share(`event ${JSON.stringify(eventsOf(rule))} ${rule.event}`, () => eventCondition(rule))];
      return share(`condition ${key} ${JSON.stringify(rule[key])}`, () => compileCondition(key, rule, repositories));
    });
    if (onlyFrom !== undefined) conditions.push(onlyFromCondition(onlyFrom));
    // A copy has the length that is needed, and not that to which the list grew.
    return { index, conditions: conditions.slice() };
  });
}

type NamedKey = Exclude<ConditionKey, 'event'>;
type Compiler<K extends NamedKey> = (
  value: NonNullable<RuleDocument[K]>,
  repositories: readonly Repository[],
) => readonly Condition[];

function compileCondition<K extends NamedKey>(
  key: K,
  rule: RuleDocument,
  repositories: readonly Repository[],
): readonly Condition[] {
  const value = rule[key];
  return value === undefined ? [] : COMPILERS[key](value, repositories);
}

/** One for each key of the schema, which the type holds us to: a condition that is written is a condition that is asked. */
const COMPILERS: { readonly [K in NamedKey]: Compiler<K> } = {
  repository: (patterns, repositories) => [repositoryCondition(patterns, repositories)],
  branch: (patterns) => [branchCondition(patterns)],
  tag: (patterns) => [tagCondition(patterns)],
  ref: (patterns) => [refCondition(patterns)],
  'pull-request': (pulls) => [pullRequestCondition(pulls.flatMap(({ into }) => into))],
  environment: (patterns) => [patternCondition(ENVIRONMENT, patterns)],
  workflow: (files) => [workflowCondition(files)],
  'called-workflow': (wanted) => [calledWorkflowCondition(wanted)],
  actor: (ids) => [
    oneOf('actor', ids, {
      of: ({ actorId }) => actorId,
      remedy: 'have one of these accounts start the run (ids count, not names)',
    }),
  ],
  requester: (teams) => [requesterCondition(teams)],
  runner: (kinds) => [
    oneOf('runner', kinds, {
      of: ({ runnerEnvironment }) => runnerEnvironment,
      remedy: 'run the job on such a runner',
    }),
  ],
  visibility: (kinds) => [
    oneOf('visibility', kinds, {
      of: ({ repositoryVisibility }) => repositoryVisibility,
      remedy: 'ask from such a repository',
    }),
  ],
  'protected-ref': () => [protectedRefCondition()],
  'protected-environment': () => [protectedEnvironmentCondition()],
  time: (windows) => [timeCondition(windows)],
  claims: (claims) => Object.entries(claims).map(([name, values]) => claimCondition(name, values)),
};

/** The listed repositories that a pattern of `repository` names. */
export function namedRepositories(
  patterns: readonly string[],
  repositories: readonly Repository[],
): readonly Repository[] {
  const wanted = compilePatterns(patterns, { fold: true });
  return repositories.filter(({ name }) => matchesAny(wanted, name, { fold: true }));
}

function repositoryCondition(patterns: readonly string[], repositories: readonly Repository[]): Condition {
  // Names are resolved once, here: what decides is the id, so that nobody gets in by taking over a name.
  const ids = new Set(namedRepositories(patterns, repositories).map(({ issuer, id }) => repositoryKey(issuer, id)));
  return wanting('repository', {
    values: patterns,
    remedy: 'ask from such a repository',
    holds: ({ issuer, repositoryId }) => ids.has(repositoryKey(issuer, repositoryId)),
    got: ({ repository }) => repository,
  });
}

/** The job's own token says that it is of this repository; that the project is, only the project says. */
const onlyFromCondition = ({ issuer, id, name }: Repository): Condition =>
  wanting('repository', {
    values: [name],
    remedy:
      'ask from that repository, whose own token this is, or have the organization’s file list it among the `repositories` of the project',
    holds: (subject) => subject.issuer === issuer && subject.repositoryId === id,
    got: ({ repository }) => repository,
  });

const environmentOf = ({ environment }: Subject): string | undefined => environment;

const ENVIRONMENT: PatternSort = {
  key: 'environment',
  remedy: 'set `environment` on the job to such a name',
  fold: true,
  of: environmentOf,
  got: environmentOf,
};

function eventCondition(rule: RuleDocument): Condition {
  const events = eventsOf(rule);
  const note = rule.event === undefined ? ' (these are meant where a rule names none)' : '';
  return oneOf('event', events, {
    of: ({ eventName }) => eventName,
    remedy: `start the workflow by such an event${note}`,
    code: 'EVENT_NOT_ALLOWED',
  });
}

function workflowCondition(files: readonly string[]): Condition {
  return wanting('workflow', {
    values: files,
    remedy: 'ask from such a workflow file', // Composed and compared whole. Taking the claim apart at "@" would be wrong: files and branches may contain one.
    holds: ({ workflowRef, repository, ref }) =>
      ref !== '' && files.some((file) => workflowRef === `${repository}/${file}@${ref}`),
    got: ({ workflowRef }) => workflowRef,
  });
}

/** GitHub does not tell owners and repositories apart by the case of their letters; files, branches and tags it does. */
const sameWorkflow = (a: string, b: string): boolean => foldRepository(a) === foldRepository(b);
const foldRepository = (workflow: string): string => workflow.replace(/[^/]+\/[^/]+/, foldCase);

const PINNED = /\.ya?ml@([0-9a-f]{40}|[0-9a-f]{64})$/;

function calledWorkflowCondition(wanted: readonly string[]): Condition {
  const holdsFor = (one: string, { jobWorkflowRef, jobWorkflowSha }: Subject): boolean => {
    const commit = PINNED.exec(one)?.[1];
    // A branch can be called like a commit: what was run must be that commit too.
    return sameWorkflow(jobWorkflowRef, one) && (commit === undefined || jobWorkflowSha === commit);
  };
  return wanting('called-workflow', {
    values: wanted,
    remedy: 'run the job in such a reusable workflow',
    holds: (subject) => wanted.some((one) => holdsFor(one, subject)),
    got: ({ jobWorkflowRef, jobWorkflowSha }) =>
      wanted.some((one) => sameWorkflow(jobWorkflowRef, one))
        ? `${jobWorkflowRef} at commit ${jobWorkflowSha ?? 'unknown'}`
        : jobWorkflowRef,
  });
}

const protectedRefCondition = (): Condition =>
  wanting('protected-ref', {
    values: ['true'],
    remedy: 'ask from a ref that a protection rule applies to',
    holds: ({ refProtected }) => refProtected === true,
    got: ({ refProtected }) => refProtected?.toString(),
  });

function claimCondition(name: string, values: readonly string[]): Condition {
  const of = ({ claims }: Subject): string | undefined => (Object.hasOwn(claims, name) ? claims[name] : undefined);
  return oneOf(`claims.${name}`, values, { of, remedy: 'ask from a job whose token says so' });
}

interface OneOf {
  readonly of: (subject: Subject) => string | undefined;
  readonly remedy: string;
  readonly code?: Condition['code'];
}

function oneOf(key: string, values: readonly string[], { of, remedy, code = 'POLICY_NO_MATCH' }: OneOf): Condition {
  const holds = (subject: Subject): boolean => {
    const value = of(subject);
    return values.some((one) => one === value);
  };
  return wanting(key, { values, remedy, code, holds, got: of });
}
