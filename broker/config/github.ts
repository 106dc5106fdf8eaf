// `github` of the configuration: the App in whose name the broker asks GitHub's API, and the issuers whose jobs that API knows.
import { resolve } from 'node:path';
import type { GithubApp } from '../github/github-app.ts';
import type { Finding, StrictYaml } from '../yaml/strict-yaml.ts';
import { readAuthorities } from './authorities.ts';
import type { ConfigDocument } from './schema.ts';

type Yaml = Pick<StrictYaml<ConfigDocument>, 'value' | 'finding'>;

interface ReadGithub {
  readonly github: GithubApp | undefined;
  readonly problems: readonly Finding[];
  /** what starts all the same, and is not what anybody meant */
  readonly warnings: readonly Finding[];
}

export async function readGithub({ value, finding }: Yaml, directory: string): Promise<ReadGithub> {
  const { github: written } = value;
  if (written === undefined) return { github: undefined, problems: [], warnings: [] };
  const { 'api-url': apiUrl, 'app-id': appId, 'ca-file': caFile, 'token-app': tokenApp } = written;
  const urls = Object.fromEntries(Object.entries(value.issuers).map(([name, { url }]) => [name, url]));
  const issuers = issuersOfApi(urls, apiUrl);
  const github = {
    ...{ apiUrl, appId, issuers, privateKeyFile: resolve(directory, written['private-key-file']) },
    privateNetwork: written['private-network'] ?? false,
    ...(tokenApp === undefined
      ? {}
      : { tokenApp: { appId: tokenApp['app-id'], privateKeyFile: resolve(directory, tokenApp['private-key-file']) } }),
  };
  const warnings =
    issuers.length > 0
      ? []
      : [finding(['github', 'api-url'], `${apiUrl} knows the jobs of none of \`issuers\`: it is never asked`)];
  if (caFile === undefined) return { github, problems: [], warnings };
  const authorities = await readAuthorities(resolve(directory, caFile));
  if ('pem' in authorities) return { github: { ...github, authorities: authorities.pem }, problems: [], warnings };
  return { github, problems: [finding(['github', 'ca-file'], authorities.problem)], warnings };
}

/** Ids of two GitHubs overlap: an API is asked about the jobs of its own issuer, and about no others. */
export const issuersOfApi = (urls: Readonly<Record<string, string>>, apiUrl: string): readonly string[] =>
  Object.entries(urls).flatMap(([name, url]) => (belongsTo(new URL(url), new URL(apiUrl)) ? [name] : []));

function belongsTo(issuer: URL, api: URL): boolean {
  if (issuer.hostname === 'token.actions.githubusercontent.com') return api.hostname === 'api.github.com';
  const [, tenant] = /^token\.actions\.([a-z0-9-]+\.ghe\.com)$/.exec(issuer.hostname) ?? [];
  // GitHub Enterprise Server has its API under its own name.
  return api.hostname === (tenant === undefined ? issuer.hostname : `api.${tenant}`);
}
