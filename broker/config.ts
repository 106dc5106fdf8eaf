// buildpass.yaml: read, checked whole, and turned into what the broker runs with. A configuration that is not certainly right
// does not start: every problem is named with file, line and key, and nothing is guessed, defaulted to a demo or ignored.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Millis } from './clock.ts';
import { type ListenAddress, listenAddress } from './config/addresses.ts';
import { readAuthorities } from './config/authorities.ts';
import { readSecretFile, secretFileProblem } from './config/files.ts';
import { readGithub } from './config/github.ts';
import { type KeysConfig, toKeys } from './config/keys.ts';
import { laterKeys } from './config/later.ts';
import { readNotify } from './config/notify.ts';
import { readKeptIn } from './config/policies.ts';
import { readProxies } from './config/proxies.ts';
import { type ConfigDocument, configSchema } from './config/schema.ts';
import { readSignIn } from './config/sign-in.ts';
import { type ReadUpstreams, readUpstreams } from './config/upstreams.ts';
import { StartRefused } from './errors.ts';
import type { GithubApp } from './github/github-app.ts';
import type { KeptIn } from './github/policy-authors.ts';
import type { TrustedIssuer } from './identity/trusted-issuers.ts';
import type { Rate } from './limits/rate-limit.ts';
import type { RepositoryLimits } from './limits/repository-quota.ts';
import type { NoticeChannel } from './notify/channel.ts';
import type { SignInClient } from './sign-in/provider.ts';
import type { Proxies } from './upstream/fetch.ts';
import { type Finding, formatFinding, type KeyPath, parseStrictYaml, type StrictYaml } from './yaml/strict-yaml.ts';

export interface Config {
  /** absolute path of the file; relative paths in it are relative to its directory */
  readonly file: string;
  readonly url: string;
  readonly issuer: string;
  readonly listen: ListenAddress & {
    readonly trustedProxies: readonly string[];
    /** of the listener for metrics and detailed readiness */
    readonly admin: ListenAddress | undefined;
  };
  readonly limits: RepositoryLimits;
  readonly store: { readonly kind: 'sqlite'; readonly path: string };
  readonly policies: {
    readonly directory: string;
    readonly organizationFile: string;
    /** where whoever changed them is asked for */
    readonly keptIn?: KeptIn | undefined;
  };
  readonly issuers: readonly TrustedIssuer[];
  readonly upstreams: ReadUpstreams['upstreams'];
  readonly clouds: ReadUpstreams['clouds'];
  /** from the environment; their passwords, if any, are secrets */
  readonly proxies: Proxies;
  readonly signIn: readonly SignInClient[];
  readonly notify: readonly NoticeChannel[];
  /** the App that asks GitHub for facts */
  readonly github: GithubApp | undefined;
  /** team names of the organization's file that have each role */
  readonly roles: { readonly security: readonly string[]; readonly operators: readonly string[] };
  readonly keys: KeysConfig;
  /** who may ask what became of tokens for its audience */
  readonly relyingParties: readonly { readonly name: string; readonly audience: string; readonly secretFile: string }[];
  readonly log: { readonly anchorFile: string | undefined };
  /** what was read and has no effect yet, one finding a line: said at start, never silently ignored */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws StartRefused whose message is the findings, one a line */
export async function loadConfig(file: string, environment: Environment = process.env): Promise<Config> {
  refuseUnverifiedTls(environment);
  const parsed = parseStrictYaml({ file, text: await readConfig(file) }, configSchema);
  if (!parsed.ok) throw refusal(parsed.findings);
  const directory = dirname(resolve(file));
  const { issuers, problems: unreadable } = await readIssuers(parsed.yaml, directory);
  const people = await readSignIn(parsed.yaml, directory);
  const told = await readNotify(parsed.yaml, directory);
  const app = await readGithub(parsed.yaml, directory);
  const { keptIn, problems: unkept } = readKeptIn(parsed.yaml, app.github);
  const { upstreams, clouds, problems: unknown } = await readUpstreams(parsed.yaml, directory);
  const loose = await looseSecrets(parsed.yaml, directory);
  const wrong = [...people.problems, ...told.problems, ...app.problems, ...unkept, ...unknown];
  const problems = [...contradictions(parsed.yaml), ...loose, ...unreadable, ...wrong];
  if (problems.length > 0) throw refusal(problems);
  const proxies = readProxies(environment);
  const asked = { github: app.github, keptIn, upstreams, clouds };
  const read = { issuers, signIn: people.signIn, notify: told.notify, proxies, ...asked };
  const config = toConfig(parsed.yaml, { file: resolve(file), directory, ...read });
  return { ...config, warnings: [...config.warnings, ...app.warnings.map(formatFinding)] };
}

/**
 * The key that the signing keys in the store are encrypted under.
 * @throws StartRefused where the file is missing, readable by others, or not 32 bytes in base64
 */
export async function readEncryptionKey(file: string): Promise<Buffer> {
  const text = (
    await readSecretFile(
      file,
      'put it back, without it the keys in the store cannot be opened; only where there is no store yet, `buildpass keys create` makes both',
    )
  ).trim();
  const key = Buffer.from(text, 'base64');
  // The round trip refuses what base64 decoding forgives: a key cut or damaged by an editor must not become another key.
  if (key.length !== ENCRYPTION_KEY_BYTES || key.toString('base64') !== text) {
    throw new StartRefused(
      `${file}: is not ${ENCRYPTION_KEY_BYTES} bytes in base64: put the right file back, or a new store needs \`buildpass keys create\``,
    );
  }
  return key;
}

const ENCRYPTION_KEY_BYTES = 32;
const SQLITE = 'sqlite:';

const refusal = (findings: readonly Finding[]): StartRefused =>
  new StartRefused(findings.map(formatFinding).join('\n'));

/** Node would accept any certificate: whoever sits on the path to an issuer could then sign jobs into existence. */
function refuseUnverifiedTls(environment: Environment): void {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new StartRefused(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 turns certificate checks off: unset it, and name a private authority in `ca-file` of the issuer',
    );
  }
}

async function readConfig(file: string): Promise<string> {
  try {
    // What is not UTF-8 would be read with other characters in its place.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new StartRefused(`${file}: it is not UTF-8: save it as UTF-8`);
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${message})`;
    throw new StartRefused(
      `${file}: ${reason}: write one (docs/configuration.md has an example), or name another with --config FILE`,
      { cause: error },
    );
  }
}

/** What each key may hold by itself, but not beside the others, or not yet. */
function contradictions({ value, finding }: StrictYaml<ConfigDocument>): Finding[] {
  const found: Finding[] = [];
  const refuse = (path: KeyPath, message: string): void => void found.push(finding(path, message));
  const { store, policies } = value;
  if (value['store-file'] !== undefined)
    refuse(['store-file'], 'PostgreSQL is not built yet: use `store: sqlite:PATH`');
  else if (store === undefined) refuse(['store'], 'is missing: write `store: sqlite:PATH`');
  // Not quoted: it may carry a password.
  else if (store.includes('://'))
    refuse(
      ['store'],
      'an address with a password must not stand here, and PostgreSQL is not built yet: use `sqlite:PATH`',
    );
  else if (!store.startsWith(SQLITE) || store === SQLITE)
    refuse(['store'], `"${store}" is not a store: write \`sqlite:PATH\``);
  if (policies.repository !== undefined)
    refuse(['policies', 'repository'], 'policies from a repository are not built yet: use `directory`');
  else if (policies.directory === undefined)
    refuse(['policies', 'directory'], 'is missing: name the directory of the policy files');
  return [...found, ...issuerContradictions({ value, finding })];
}

function issuerContradictions({ value, finding }: Pick<StrictYaml<ConfigDocument>, 'value' | 'finding'>): Finding[] {
  const found: Finding[] = [];
  const names = new Map<string, string>();
  for (const [name, issuer] of Object.entries(value.issuers)) {
    const first = names.get(issuer.url);
    // Two names for one signer would give one repository two identities, and a policy for one of them a back door.
    if (first === undefined) names.set(issuer.url, name);
    else
      found.push(
        finding(['issuers', name, 'url'], `"${issuer.url}" is already the issuer \`${first}\`: each may be named once`),
      );
  }
  return found;
}

async function readIssuers(
  { value, finding }: StrictYaml<ConfigDocument>,
  directory: string,
): Promise<{ issuers: TrustedIssuer[]; problems: Finding[] }> {
  const problems: Finding[] = [];
  const read = Object.entries(value.issuers).map(async ([name, { kind, url, owners, ...keys }]) => {
    const issuer = { name, kind, url, owners, privateNetwork: keys['private-network'] ?? false };
    if (keys['ca-file'] === undefined) return issuer;
    const authorities = await readAuthorities(resolve(directory, keys['ca-file']));
    if ('pem' in authorities) return { ...issuer, authorities: authorities.pem };
    problems.push(finding(['issuers', name, 'ca-file'], authorities.problem));
    return issuer;
  });
  return { issuers: await Promise.all(read), problems };
}

async function looseSecrets({ value, finding }: StrictYaml<ConfigDocument>, directory: string): Promise<Finding[]> {
  const checked = secretFiles(value).map(async ({ path, file }) => {
    const problem = await secretFileProblem(resolve(directory, file));
    return problem === undefined ? [] : [finding(path, problem)];
  });
  return (await Promise.all(checked)).flat();
}

/** Every key that ends in `-file` names a secret, but for these. */
const PUBLIC_FILES: readonly string[] = ['ca-file', 'anchor-file', 'commit-file'];

function secretFiles(value: unknown, path: KeyPath = []): { path: KeyPath; file: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    if (typeof inner === 'string')
      return name.endsWith('-file') && !PUBLIC_FILES.includes(name) ? [{ path: at, file: inner }] : [];
    return secretFiles(inner, at);
  });
}

type ReadBefore = Pick<
  Config,
  'file' | 'issuers' | 'signIn' | 'notify' | 'proxies' | 'github' | 'upstreams' | 'clouds'
> & {
  readonly directory: string;
  readonly keptIn: KeptIn | undefined;
};

function toConfig({ value, finding }: StrictYaml<ConfigDocument>, { directory, keptIn, ...read }: ReadBefore): Config {
  const path = (relative: string): string => resolve(directory, relative);
  const anchor = value.log['anchor-file'];
  return {
    ...read,
    url: value.url,
    issuer: value.issuer ?? value.url,
    listen: toListen(value.listen),
    limits: {
      requests: toRate(value.limits['requests-per-repository']),
      refusedShare: value.limits['refused-share'],
    },
    store: { kind: 'sqlite', path: path((value.store ?? '').slice(SQLITE.length)) },
    policies: {
      ...{ directory: path(value.policies.directory ?? ''), organizationFile: value.policies.organization, keptIn },
    },
    roles: { security: value.roles?.security ?? [], operators: value.roles?.operators ?? [] },
    keys: toKeys(value.keys, path),
    relyingParties: Object.entries(value['relying-parties'] ?? {}).map(([name, { audience, 'secret-file': file }]) => ({
      ...{ name, audience, secretFile: path(file) },
    })),
    log: { anchorFile: anchor === undefined ? undefined : path(anchor) },
    warnings: laterKeys(value).map((at) =>
      formatFinding(finding(at, 'is read and checked, but has no effect yet: this version has no part that uses it')),
    ),
  };
}

function toListen({ host, port, admin, ...more }: ConfigDocument['listen']): Config['listen'] {
  return {
    ...{ host, port },
    trustedProxies: more['trusted-proxies'] ?? [],
    admin: admin === undefined ? undefined : listenAddress(admin),
  };
}

const UNIT_MS: Readonly<Record<string, Millis>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function toRate(text: string): Rate {
  const [count, unit = 'h'] = text.split('/');
  return { count: Number(count), per: UNIT_MS[unit] ?? 3_600_000 };
}
