// What differs between two policy versions, in what they allow and not in how they are written: who gains what, what got wider, who
// loses what. Whatever cannot be decided is said; no difference means that none was left out.

import type { Project, Repository } from '../../model.ts';
import { repositoryKey, type TextedSet } from '../policy-set.ts';
import { type Change, changesOfList, type Difference, widestFirst } from './difference.ts';
import { entitlementDifferences } from './entitlement-diff.ts';
import { organizationChanges } from './organization-changes.ts';
import { entitlementOf, type Version, versionOf } from './versions.ts';

/** What widens first. */
export function diffPolicies(before: TextedSet, now: TextedSet): readonly Difference[] {
  const [old, fresh] = [versionOf(before), versionOf(now)];
  const differences = [...ofOrganization(old, fresh), ...ofProjects(old, fresh), ...ofEntitlements(old, fresh)];
  return differences.toSorted(widestFirst);
}

function ofOrganization(before: Version, now: Version): readonly Difference[] {
  const { file, document } = now.organization;
  const changes = organizationChanges(before.organization.document, document);
  return changes.map(({ direction, text }) => ({ direction, of: file, text: `${file}: ${text}` }));
}

const union = <T>(...all: readonly Iterable<T>[]): readonly T[] => [...new Set(all.flatMap((one) => [...one]))];

function ofProjects(before: Version, now: Version): readonly Difference[] {
  const names = union(before.policies.projects.keys(), now.policies.projects.keys());
  return names.flatMap((name) => {
    const changes = projectChanges(before.policies.projects.get(name), now.policies.projects.get(name));
    return changes.map(({ direction, text }) => ({ direction, of: name, text: `${name} ${text}` }));
  });
}

function projectChanges(before: Project | undefined, now: Project | undefined): readonly Change[] {
  if (now === undefined) return [{ direction: 'narrower', text: 'is gone, with all that it offered' }];
  if (before === undefined) return [{ direction: 'wider', text: `is a new project, of ${now.owner}` }];
  return [
    ...(before.owner === now.owner
      ? []
      : [{ direction: 'other', text: `is owned by ${now.owner} now, and was by ${before.owner}` } as const]),
    ...repositoryChanges(before.repositories, now.repositories),
    ...(before.title === now.title
      ? []
      : [{ direction: 'neutral', text: '`title` is other words for people' } as const]),
  ];
}

/** By their ids: another name is the same repository, though the rules that name it may mean another one now. */
function repositoryChanges(before: readonly Repository[], now: readonly Repository[]): readonly Change[] {
  const nameOf = (all: readonly Repository[]) =>
    new Map(all.map((one) => [repositoryKey(one.issuer, one.id), one.name]));
  const [old, fresh] = [nameOf(before), nameOf(now)];
  const text = (all: ReadonlyMap<string, string>) =>
    [...all].map(([key, name]) => `${fresh.get(key) ?? name} (${key})`);
  const renamed = [...fresh].flatMap(([key, name]) => {
    const was = old.get(key) ?? name;
    return was === name
      ? []
      : [{ direction: 'other', text: `calls the repository ${key} ${name}, and before ${was}` } as const];
  });
  return [...changesOfList('`repositories`', [text(old), text(fresh)]), ...renamed];
}

function ofEntitlements(before: Version, now: Version): readonly Difference[] {
  return union(before.projects.keys(), now.projects.keys()).flatMap((project) => {
    const names = union(
      ...[before, now].map(({ policies }) => policies.projects.get(project)?.entitlements.keys() ?? []),
    );
    return names.flatMap((name) =>
      entitlementDifferences(
        `${project}/${name}`,
        entitlementOf(before, project, name),
        entitlementOf(now, project, name),
      ),
    );
  });
}
