// Which teams of the organization's file somebody is in, by what the providers of a session said, and the roles that follow.
// Nothing of it is stored by hand: a team that the file no longer names, or names by another id, is nobody's.
import type { Role } from '../model.ts';
import type { PolicySet, TeamGroup } from '../policy/load-policy.ts';
import type { SignInProvider, TeamIds } from './provider.ts';

/** Team names of the organization's file, by role. */
export interface RoleTeams {
  readonly security: readonly string[];
  readonly operators: readonly string[];
}

type Teams = PolicySet['teams'];
type Names = Pick<SignInProvider, 'name' | 'kind'>;

/** The teams that a provider can say something about. */
export function teamsOfProvider(teams: Teams, provider: Names): TeamIds {
  const ids = [...teams].flatMap(([name, group]): [string, string][] => {
    const id = idAt(group, provider);
    return id === undefined ? [] : [[name, id]];
  });
  return new Map(ids);
}

function idAt(group: TeamGroup, { name, kind }: Names): string | undefined {
  if ('github' in group) return kind === 'github' ? group.github : undefined;
  return group.signIn === name ? group.group : undefined;
}

/** Names of the teams whose ids the provider said. */
export function namesOfTeams(teams: Teams, provider: Names, said: readonly string[]): string[] {
  const known = new Set(said);
  return [...teamsOfProvider(teams, provider)].filter(([, id]) => known.has(id)).map(([name]) => name);
}

export function rolesOf(teams: ReadonlySet<string>, roles: RoleTeams): ReadonlySet<Role> {
  const has = (names: readonly string[]): boolean => names.some((name) => teams.has(name));
  return new Set<Role>([
    ...(has(roles.security) ? (['security'] as const) : []),
    ...(has(roles.operators) ? (['operator'] as const) : []),
  ]);
}
