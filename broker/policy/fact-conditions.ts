// The conditions that no token answers: who really started the attempt, and what guards the environment. Each holds by a fact that
// was asked for before, and by nothing else; without the fact it never holds, and never pretends to.
import { type Facts, type Found, NOBODY_TO_ASK, NOTHING_NEEDED } from '../facts.ts';
import type { Condition, FactAsked, Subject } from '../model.ts';
import { requesterOf } from './requester.ts';
import { wanting } from './wanting.ts';

export function requesterCondition(teams: readonly string[]): Condition {
  return factCondition('requester', {
    values: teams,
    remedy: 'have a member of such a team start the run',
    fact: { teams, find: (_subject, facts) => memberOfAny(teams, facts) },
    got: (subject, facts) => {
      const { login, id } = requesterOf(subject, facts ?? NOTHING_NEEDED);
      return `${login} (id ${id})`;
    },
  });
}

export const protectedEnvironmentCondition = (): Condition =>
  factCondition('protected-environment', {
    values: ['an environment with protection rules'],
    remedy: 'have required reviewers, or a deployment branch policy that keeps branches out, set on the environment',
    fact: {
      teams: [],
      // Without one there is nothing to ask about.
      find: ({ environment }, facts) =>
        orNobody(facts, environment === undefined ? { value: false } : facts?.environment),
    },
    got: ({ environment }) => environment && `${environment}, without such rules`,
  });

interface FactCondition {
  readonly values: readonly string[];
  readonly remedy: string;
  readonly fact: FactAsked;
  readonly got: (subject: Subject, facts: Facts | undefined) => string | undefined;
}

function factCondition(key: string, { fact, got, ...wanted }: FactCondition): Condition {
  const condition = wanting(key, {
    ...wanted,
    holds: (subject, _now, facts) => isYes(fact.find(subject, facts)),
    got: (subject, _now, facts) => got(subject, facts),
  });
  return { ...condition, fact };
}

const isYes = (found: Found<boolean> | undefined): boolean => found !== undefined && 'value' in found && found.value;

const isUnavailable = (found: Found<boolean> | undefined): boolean => found !== undefined && 'unavailable' in found;

const orNobody = <T>(facts: Facts | undefined, found: Found<T> | undefined): Found<T> | undefined => {
  const nobody = facts === undefined ? NOBODY_TO_ASK.nobody : facts.nobody;
  return nobody === undefined ? found : { unavailable: nobody };
};

/** One team that is known to have them is enough; where none has, all must be known before it is a no. */
function memberOfAny(teams: readonly string[], facts: Facts | undefined): Found<boolean> | undefined {
  const found = teams.map((team) => orNobody(facts, facts?.teams?.get(team)));
  // Not `find` for what nobody asked: it would give the same for "there is none".
  return found.find(isYes) ?? found.find(isUnavailable) ?? (found.includes(undefined) ? undefined : found[0]);
}

/** Whether a team of the organization's file is one that GitHub knows nothing of. */
export const isElsewhere = (team: object | undefined): boolean => team !== undefined && !('github' in team);
