// `sign-in` of the configuration. Whoever could be known here by two ids that nobody joins could approve their own requests, so
// one provider stands here once, and under a name that no issuer has.
import { resolve } from 'node:path';
import type { GithubClient, OidcClient, SignInClient } from '../sign-in/provider.ts';
import type { Finding, StrictYaml } from '../yaml/strict-yaml.ts';
import { readAuthorities } from './authorities.ts';
import type { ConfigDocument } from './schema.ts';

type Written = NonNullable<ConfigDocument['sign-in']>[string];
type Yaml = Pick<StrictYaml<ConfigDocument>, 'value' | 'finding'>;

const GITHUB_COM = 'https://github.com';
const GITHUB_COM_ISSUER = 'token.actions.githubusercontent.com';

export async function readSignIn(
  yaml: Yaml,
  directory: string,
): Promise<{ signIn: SignInClient[]; problems: readonly Finding[] }> {
  const problems: Finding[] = contradictions(yaml);
  const read = Object.entries(yaml.value['sign-in'] ?? {}).map(async ([name, written]) => {
    const { client, problem } = await commonOf(name, written, directory);
    if (problem !== undefined) problems.push(yaml.finding(['sign-in', name, 'ca-file'], problem));
    return written.kind === 'oidc' ? oidcClient(written, client) : githubClient(yaml.value, written, client);
  });
  return { signIn: await Promise.all(read), problems };
}

type Common = Omit<OidcClient, 'kind' | 'issuer' | 'scopes' | 'groupsClaim'>;

async function commonOf(
  name: string,
  written: Written,
  directory: string,
): Promise<{ client: Common; problem: string | undefined }> {
  const { title = name, 'ca-file': caFile } = written;
  const client = {
    ...{ name, title, clientId: written['client-id'] },
    clientSecretFile: resolve(directory, written['client-secret-file']),
    privateNetwork: written['private-network'] ?? false,
  };
  if (caFile === undefined) return { client, problem: undefined };
  const authorities = await readAuthorities(resolve(directory, caFile));
  if ('problem' in authorities) return { client, problem: authorities.problem };
  return { client: { ...client, authorities: authorities.pem }, problem: undefined };
}

function oidcClient(written: Extract<Written, { kind: 'oidc' }>, client: Common): OidcClient {
  const { issuer, scopes, 'groups-claim': groupsClaim } = written;
  return { ...client, kind: 'oidc', issuer, scopes: [...new Set(['openid', ...scopes])], groupsClaim };
}

function githubClient(
  document: ConfigDocument,
  written: Extract<Written, { kind: 'github' }>,
  client: Common,
): GithubClient {
  const { url, 'api-url': apiUrl } = written;
  // Left out or wrong, a finding says so and nothing starts.
  const issuer = issuerOf(document, written) ?? '';
  return { ...client, kind: 'github', issuer, url, apiUrl, organizations: document.issuers[issuer]?.owners ?? {} };
}

function issuerOf({ issuers }: ConfigDocument, written: Extract<Written, { kind: 'github' }>): string | undefined {
  if (written.issuer !== undefined) return Object.hasOwn(issuers, written.issuer) ? written.issuer : undefined;
  if (written.url !== GITHUB_COM) return undefined;
  const candidates = Object.entries(issuers).filter(([, { url }]) => new URL(url).hostname === GITHUB_COM_ISSUER);
  return candidates.length === 1 ? candidates[0]?.[0] : undefined;
}

function contradictions({ value, finding }: Yaml): Finding[] {
  const entries = Object.entries(value['sign-in'] ?? {});
  const [, ...moreOfGithub] = entries.filter(([, { kind }]) => kind === 'github');
  const issuers = new Map<string, string>();
  return [
    // Ids of teams and accounts of two GitHubs overlap: whose is team 4711?
    ...moreOfGithub.map(([name]) =>
      finding(['sign-in', name, 'kind'], 'only one GitHub can be signed in with: the ids of another’s teams overlap'),
    ),
    ...entries.flatMap(([name, written]) => {
      if (written.kind === 'github') return githubContradictions({ value, finding }, name, written);
      const first = issuers.get(written.issuer);
      issuers.set(written.issuer, first ?? name);
      return oidcContradictions({ value, finding }, name, first);
    }),
  ];
}

function githubContradictions(
  { value, finding }: Yaml,
  name: string,
  written: Extract<Written, { kind: 'github' }>,
): Finding[] {
  if (issuerOf(value, written) !== undefined) return [];
  const known = Object.keys(value.issuers).join(', ');
  const problem =
    written.issuer === undefined
      ? 'is missing: it cannot be told which issuer has the same account ids'
      : `"${written.issuer}" is none of the issuers`;
  return [finding(['sign-in', name, 'issuer'], `${problem}; name one of \`issuers\`: ${known}`)];
}

function oidcContradictions({ value, finding }: Yaml, name: string, first: string | undefined): Finding[] {
  // Identities are a name and an id: a provider by the name of an issuer could say that somebody is the actor of a job.
  if (Object.hasOwn(value.issuers, name))
    return [finding(['sign-in', name], `"${name}" is the name of an issuer: give this provider another name`)];
  if (first === undefined) return [];
  return [finding(['sign-in', name, 'issuer'], `is already that of \`${first}\`: each provider may be named once`)];
}
