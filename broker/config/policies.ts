// `policies.kept-in` of the configuration, held against the App that asks there and the owners that it is asked about.

import type { GithubApp } from '../github/github-app.ts';
import type { KeptIn } from '../github/policy-authors.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import type { Finding, KeyPath, StrictYaml } from '../yaml/strict-yaml.ts';
import type { ConfigDocument } from './schema.ts';

type Yaml = Pick<StrictYaml<ConfigDocument>, 'value' | 'finding'>;

interface ReadKeptIn {
  readonly keptIn: KeptIn | undefined;
  readonly problems: readonly Finding[];
}

export function readKeptIn({ value, finding }: Yaml, github: GithubApp | undefined): ReadKeptIn {
  const written = value.policies['kept-in'];
  if (written === undefined) return { keptIn: undefined, problems: [] };
  const refuse = (path: KeyPath, message: string): ReadKeptIn => ({
    keptIn: undefined,
    problems: [finding(['policies', 'kept-in', ...path], message)],
  });
  if (github === undefined)
    return refuse(
      [],
      'is asked of GitHub in the name of an App, and none is configured: add `github`, or take this out',
    );
  const { name, id, folder = '', 'commit-file': commitFile } = written;
  const owner = name.slice(0, name.indexOf('/'));
  const repositoryOwnerId = ownerIdOf(value, github.issuers, owner);
  if (repositoryOwnerId === undefined)
    return refuse(
      ['name'],
      `"${owner}" is none of the \`owners\` of ${github.issuers.length === 0 ? 'an issuer that the GitHub App knows' : anyOf(github.issuers.map((one) => `\`issuers.${one}\``))}: add it there with its id`,
    );
  return { keptIn: { repository: name, repositoryId: id, repositoryOwnerId, folder, commitFile }, problems: [] };
}

/** GitHub tells no two owners apart by the case of their letters. */
function ownerIdOf({ issuers }: ConfigDocument, known: readonly string[], owner: string): string | undefined {
  const owners = known.flatMap((issuer) => Object.entries(issuers[issuer]?.owners ?? {}));
  return owners.find(([one]) => one.toLowerCase() === owner.toLowerCase())?.[1];
}
