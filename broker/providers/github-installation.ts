// Which installation of the GitHub App a token comes from, and in words why there is none: what is missing, where, and who has to do
// what. Until the token is asked for nothing can have been issued, so all of this is a definite no.
import type { Clock, Millis } from '../clock.ts';
import type { FoundOnce } from '../found-once.ts';
import { limitOf } from '../github/ask-api.ts';
import { findInstallation, type Installation, ofRepositoryId } from '../github/find-installation.ts';
import type { AskGithub, GithubAnswer, TokenApp } from './ask-github.ts';
import { SOON, UpstreamRefused } from './provider.ts';
import { refusal } from './upstream-http.ts';

/** What `parse` of kind-github-token.ts makes of a policy. */
export interface GithubParameters {
  readonly repositories: readonly { readonly name: string; readonly id: string }[];
  readonly permissions: Readonly<Record<string, string>>;
  /** what the owner must be called still, where a permission concerns all that is his */
  readonly owner?: string;
}

interface Deps {
  readonly github: AskGithub;
  readonly app: TokenApp;
  readonly clock: Clock;
  readonly found: FoundOnce;
}

export interface OpenInstallation {
  readonly id: number;
  /** what the App is called in addresses */
  readonly slug: string;
  /** known from an earlier ask: where GitHub says no now, it may be another by now */
  readonly known: boolean;
}

/** An installation stays for months. What GitHub makes of one that is known is compared with what was asked, as any other. */
const KNOWN_MS: Millis = 60_000;

/**
 * Of an earlier ask, where that is not long ago and would do; looked up otherwise.
 * @throws UpstreamRefused
 */
export async function openInstallation(
  deps: Deps,
  parameters: GithubParameters,
  signal: AbortSignal,
): Promise<OpenInstallation> {
  const [first] = parameters.repositories;
  if (first === undefined) throw new TypeError('no repository');
  let known = true;
  const look = (): Promise<Installation> => {
    known = false;
    return lookedUp(deps, first, signal);
  };
  const rules = { until: () => deps.clock.now() + KNOWN_MS, keeps: () => false };
  // What somebody else looks for is waited for, but not given up with them: their time may be over when ours is not.
  const find = (): Promise<Installation> =>
    deps.found.get(keyOf(parameters), look, rules).catch((error: unknown) => {
      if (!known || signal.aborted || !(error instanceof GivenUp)) throw error;
      return find();
    });
  let installation = await find();
  if (known && problemOf(installation, parameters) !== undefined) {
    // Somebody may just have mended it.
    forgetInstallation(deps, parameters);
    installation = await find();
  }
  const problem = problemOf(installation, parameters);
  if (problem === undefined) return { id: installation.id, slug: installation.app_slug ?? '', known };
  forgetInstallation(deps, parameters);
  throw new UpstreamRefused(problem);
}

export const forgetInstallation = ({ found }: Pick<Deps, 'found'>, parameters: GithubParameters): void =>
  found.forget(keyOf(parameters));

/** Suspended, gone, or without what was asked for: no longer as it was known. */
export const mayBeOver = ({ clock }: Pick<Deps, 'clock'>, answer: GithubAnswer): boolean =>
  [403, 404, 422].includes(answer.status) && limitedBy(answer, clock) === undefined;

const keyOf = ({ repositories: [first] }: GithubParameters): string => `${first?.name} ${first?.id}`;

async function lookedUp(
  deps: Deps,
  repository: GithubParameters['repositories'][number],
  signal: AbortSignal,
): Promise<Installation> {
  const answer = await installationOf(deps, repository, signal);
  if ('installation' in answer) return answer.installation;
  if (answer.status !== 404) throw new UpstreamRefused(answer.problem);
  throw new UpstreamRefused(await whyNotInstalled(deps, repository.name, signal));
}

function problemOf(
  installation: Installation,
  { repositories: [first], permissions, owner }: GithubParameters,
): string | undefined {
  const missing = missingPermission(installation, permissions);
  if (missing !== undefined) return missing;
  const belongsTo = installation.account?.login;
  if (owner !== undefined && belongsTo?.toLowerCase() !== owner.toLowerCase())
    return `"${first?.name}" belongs to "${belongsTo}" by now, and permissions over all that "${owner}" has are asked for: have the policy and its offer name it as it is called now`;
  // A job is told it, and the action takes no answer without.
  return (installation.app_slug ?? '') === '' ? 'GitHub does not say what the App is called' : undefined;
}

const ownerOf = (name: string): string => name.slice(0, name.indexOf('/'));

function installationOf(deps: Deps, { name, id }: GithubParameters['repositories'][number], signal: AbortSignal) {
  return findInstallation((path) => lookUp(deps, path, signal), ofRepositoryId(name, id), deps.app.appId);
}

/** A look whose time was over. */
class GivenUp extends UpstreamRefused {}

/** A look that failed made nothing, whatever became of it. */
async function lookUp({ github, clock }: Deps, path: string, signal: AbortSignal): Promise<GithubAnswer> {
  const answer = await github.get(path, signal).catch((cause: unknown) => {
    if (cause instanceof UpstreamRefused) throw cause;
    const Unclear = signal.aborted ? GivenUp : UpstreamRefused;
    throw new Unclear('GitHub gives no clear answer where its App is installed: ask again in a moment', {
      cause,
      retryAfter: SOON,
    });
  });
  const limited = limitedBy(answer, clock);
  if (limited !== undefined) throw limited;
  return answer;
}

function limitedBy(answer: GithubAnswer, clock: Clock): UpstreamRefused | undefined {
  const now = clock.now();
  const until = limitOf(answer, now);
  if (until === undefined) return undefined;
  return new UpstreamRefused(
    `GitHub takes no more requests of this App until ${new Date(until).toISOString()} (its rate limit is used up): ask again then`,
    { retryAfter: Math.max(1, Math.ceil((until - now) / 1000)) },
  );
}

/** GitHub's 404 says neither whether the App is unknown to the owner nor whether it may not use the one repository. */
async function whyNotInstalled(deps: Deps, name: string, signal: AbortSignal): Promise<string> {
  const owner = ownerOf(name);
  for (const kind of ['orgs', 'users']) {
    const { status } = await lookUp(deps, `/${kind}/${encodeURIComponent(owner)}/installation`, signal);
    if (status === 200)
      return `${notAmong([name])}: have an owner of "${owner}" add it there, or look whether it still exists`;
  }
  return `the GitHub App is not installed on "${owner}": have its owner install it there`;
}

const notAmong = (names: readonly string[]): string =>
  `${names.map((name) => `"${name}"`).join(', ')} ${names.length === 1 ? 'is' : 'are'} not among the repositories of the installation of the GitHub App`;

const LEVELS = ['read', 'write', 'admin'];

function missingPermission(
  { permissions: has }: Installation,
  asked: GithubParameters['permissions'],
): string | undefined {
  const rank = (level: string | undefined): number => (level === undefined ? -1 : LEVELS.indexOf(level));
  // Everybody who may do something with a repository may read that.
  const missing = Object.entries(asked).find(
    ([name, level]) => rank(level) > rank(has[name]) && !(name === 'metadata' && level === 'read'),
  );
  if (missing === undefined) return undefined;
  const [name, level] = missing;
  const given = has[name] === undefined ? `no \`${name}\`` : `\`${name}: ${has[name]}\``;
  return `the GitHub App was given ${given} there, and \`${name}: ${level}\` is asked for: add that to the permissions of the App, and have an owner of the organization accept it`;
}

interface Refused {
  readonly parameters: GithubParameters;
  readonly installation: OpenInstallation;
  readonly answer: GithubAnswer;
}

/** The words for GitHub's definite no to a token. */
export async function whyRefused(
  deps: Deps,
  { parameters, installation, answer }: Refused,
  signal: AbortSignal,
): Promise<UpstreamRefused> {
  const { status, body } = answer;
  const said = refusal(`GitHub refused (${status})`, messageOf(body));
  const limited = limitedBy(answer, deps.clock);
  if (limited !== undefined) return limited;
  const elsewhere = status === 422 ? await repositoriesElsewhere(deps, { parameters, installation }, signal) : [];
  return new UpstreamRefused(
    elsewhere.length === 0
      ? said
      : `${notAmong(elsewhere)} that "${parameters.repositories[0]?.name}" belongs to, and a token is of one: have an owner add what is missing, or ask for those of each owner apart`,
  );
}

/** Each costs a question: of a long list the first ones have to do. */
const MOST_LOOKED_UP = 20;

async function repositoriesElsewhere(
  deps: Deps,
  { parameters, installation }: Omit<Refused, 'answer'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const looked = await Promise.all(
    parameters.repositories.slice(0, MOST_LOOKED_UP).map(async (repository) => {
      const found = await installationOf(deps, repository, signal).catch(() => undefined);
      const isHere = found === undefined || ('installation' in found && found.installation.id === installation.id);
      return isHere ? [] : [repository.name];
    }),
  );
  return looked.flat();
}

const messageOf = (body: unknown): string | undefined => {
  const { message } = (typeof body === 'object' && body !== null ? body : {}) as { message?: unknown };
  return typeof message === 'string' ? message : undefined;
};
