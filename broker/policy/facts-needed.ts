// Which facts could change what is decided about an ask: found out from the policy and the token alone, so that nobody is asked
// for what does not matter. An ask of an entitlement without such conditions costs two comparisons.
import { type Facts, type FactsNeeded, type PolicyVersion, type TeamAsked, versionKey } from '../facts.ts';
import type { Ask, Condition, Entitlement, Project, Subject } from '../model.ts';
import { ruleThatHolds } from './evaluate.ts';
import { listedOwnerId, type PolicySet, repositoryOf } from './policy-set.ts';
import { movedReason } from './reasons.ts';

type Asked = Pick<Ask, 'project' | 'entitlement' | 'now'>;

/** Undefined where the decision is the same whatever the facts are. */
export function factsNeeded(policies: PolicySet, subject: Subject, ask: Asked): FactsNeeded | undefined {
  const project = policies.projects.get(ask.project);
  const entitlement = project?.entitlements.get(ask.entitlement);
  if (project === undefined || entitlement === undefined) return undefined;
  const { approval, factRules } = entitlement;
  const startedAgain = approval !== undefined && subject.runAttempt !== '1';
  const apartFrom = approval?.apartFrom ?? [];
  if (factRules.length === 0 && !startedAgain && apartFrom.length === 0) return undefined;
  if (isRefusedAnyhow(policies, subject, { project, entitlement })) return undefined;
  const hands: Hands = {
    run: startedAgain,
    commit: apartFrom.includes('commit-author'),
    policies: apartFrom.includes('policy-author') ? [versionOf(project, policies)] : [],
  };
  return neededBy(policies, subject, { entitlement, hands, now: ask.now });
}

const versionOf = ({ name, file, blob }: Project, { commit }: PolicySet): PolicyVersion => ({
  ...{ project: name, file, blob, commit },
});

/** Whether what was found out answers all that is needed; with nobody to ask there is nothing more to wait for. */
export function answers(facts: Facts, { run, commit, policies, environment, teams }: FactsNeeded): boolean {
  if (facts.nobody !== undefined) return true;
  return (
    (!run || facts.run !== undefined) &&
    (!commit || facts.commit !== undefined) &&
    // Of an earlier version it would be somebody else who wrote what decides now.
    policies.every((one) => facts.policies?.get(one.project)?.of === versionKey(one)) &&
    (!environment || facts.environment !== undefined) &&
    teams.every(({ name }) => facts.teams?.has(name) === true)
  );
}

export function allNeeded(all: readonly FactsNeeded[]): FactsNeeded | undefined {
  if (all.length === 0) return undefined;
  const teams = new Map(all.flatMap((one) => one.teams.map((team) => [team.name, team] as const)));
  const policies = new Map(all.flatMap((one) => one.policies.map((version) => [version.project, version] as const)));
  return {
    run: all.some(({ run }) => run),
    commit: all.some(({ commit }) => commit),
    policies: [...policies.values()],
    environment: all.some(({ environment }) => environment),
    teams: [...teams.values()],
  };
}

function isRefusedAnyhow(
  policies: PolicySet,
  subject: Subject,
  { project, entitlement }: { project: Project; entitlement: Entitlement },
): boolean {
  const repository = repositoryOf(policies, project.name, subject);
  if (repository === undefined || entitlement.lacks.length > 0) return true;
  return movedReason(policies.owners, repository, { subject, project }) !== undefined;
}

/** Whose hands people must not approve themselves are behind the ask, where the token does not say. */
type Hands = Pick<FactsNeeded, 'run' | 'commit' | 'policies'>;

interface Needing {
  readonly entitlement: Entitlement;
  readonly hands: Hands;
  readonly now: number;
}

function neededBy(policies: PolicySet, subject: Subject, needing: Needing): FactsNeeded | undefined {
  const { entitlement, hands, now } = needing;
  if (ruleThatHolds(entitlement, subject, { now }) !== undefined)
    return hands.run || hands.commit || hands.policies.length > 0
      ? { ...hands, environment: false, teams: [] }
      : undefined;
  const open = entitlement.factRules.filter(({ conditions }) =>
    conditions.every((condition) => mayHold(condition, subject, now)),
  );
  if (open.length === 0) return undefined;
  const asked = open.flatMap(({ conditions }) => conditions.flatMap(({ fact }) => fact ?? []));
  const teams = new Set(asked.flatMap((fact) => fact.teams));
  return {
    ...hands,
    run: hands.run || teams.size > 0,
    environment: asked.some((fact) => fact.teams.length === 0),
    teams: [...teams].map((name) => teamAsked(policies, subject, name)),
  };
}

/** A fact that is settled without asking (a job without environment) is not asked for. */
function mayHold(condition: Condition, subject: Subject, now: number): boolean {
  const { fact } = condition;
  return fact === undefined ? condition.holds(subject, now) : fact.find(subject, {}) === undefined;
}

function teamAsked({ teams, owners }: PolicySet, { issuer }: Subject, name: string): TeamAsked {
  const group = teams.get(name);
  const organizationId = owners && listedOwnerId(owners, { issuer, name });
  const isKnown = group !== undefined && 'github' in group && organizationId !== undefined;
  return { name, at: isKnown ? { organizationId, teamId: group.github } : undefined };
}
