// Asks GitHub's API which id a name has now. A name that was given up leads elsewhere: GitHub says so, and so does this.
// Every refusal of GitHub becomes one sentence with what to do; the token appears in none.
import { z } from 'zod';
import { anyOf, shown } from '../shapes/schema-problems.ts';
import type { UpstreamAnswer, UpstreamFetch } from '../upstream/fetch.ts';
import type { PinKind } from './find-pins.ts';

export interface GithubNames {
  /** @throws Unanswered where nothing further can be asked either */
  readonly find: (kind: PinKind, name: string) => Promise<Found>;
  /** The name that a repository with this id has now; undefined where there is none that the token can see. */
  readonly nameOf: (id: string) => Promise<string | undefined>;
}

export type Found =
  | { readonly outcome: 'found'; readonly id: string }
  /** the name was given up: what it led to has this name now */
  | { readonly outcome: 'renamed'; readonly id: string; readonly name: string }
  | { readonly outcome: 'not-found'; readonly message: string };

/** GitHub answers nothing at all, for a reason that holds for every further question. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

export interface GithubNamesOptions {
  readonly ask: UpstreamFetch;
  /** without a slash at the end */
  readonly apiUrl: string;
  readonly token: string;
}

const LIMITS = { timeout: 15_000, maxBytes: 1_048_576 };
const API_VERSION = '2022-11-28';
const id = z.int().min(1);
const repositorySchema = z.object({ id, full_name: z.string() });
const teamSchema = z.object({ id, slug: z.string() });
const accountSchema = z.object({ id, login: z.string() });

const FORMS: Readonly<Record<PinKind, RegExp>> = {
  repository: /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/,
  team: /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/,
  owner: /^[A-Za-z0-9_.-]{1,100}$/,
};

export function createGithubNames(options: GithubNamesOptions): GithubNames {
  const get = (path: string): Promise<UpstreamAnswer> => ask(options, path);
  return {
    find: async (kind, name) => {
      // It becomes part of a path: `..` would ask for something else.
      const isName = FORMS[kind].test(name) && !name.split('/').some((part) => /^\.{1,2}$/.test(part));
      if (!isName) return { outcome: 'not-found', message: `${shown(name)} is not the name of ${WHAT[kind]}` };
      return FINDERS[kind](get, name);
    },
    nameOf: async (number) => (await repositoryById(get, number))?.full_name,
  };
}

type Get = (path: string) => Promise<UpstreamAnswer>;

const WHAT: Readonly<Record<PinKind, string>> = {
  repository: 'a repository, written owner/name',
  team: 'a team, written organization/team',
  owner: 'an owner',
};

const FINDERS: Readonly<Record<PinKind, (get: Get, name: string) => Promise<Found>>> = {
  repository: findRepository,
  team: async (get, name) => {
    const [organization, slug] = name.split('/');
    const answer = await get(`/orgs/${organization}/teams/${slug}`);
    if (answer.status !== 200) return notFound(name, answer, 'a team also needs `read:org`, or Members: read');
    const team = read(answer, teamSchema);
    return same(team.slug, slug ?? '')
      ? foundAs(team.id)
      : { outcome: 'renamed', id: String(team.id), name: team.slug };
  },
  owner: async (get, name) => {
    const answer = await get(`/users/${name}`);
    if (answer.status !== 200) return notFound(name, answer);
    const account = read(answer, accountSchema);
    return same(account.login, name)
      ? foundAs(account.id)
      : { outcome: 'renamed', id: String(account.id), name: account.login };
  },
};

async function findRepository(get: Get, name: string): Promise<Found> {
  const answer = await get(`/repos/${name}`);
  const moved = [301, 302, 307, 308].includes(answer.status);
  // A redirect is not followed, only read: the repository that it names is asked for at the same API.
  const target = moved ? /\/repositories\/([1-9][0-9]{0,19})$/.exec(answer.headers.location ?? '')?.[1] : undefined;
  const led = target === undefined ? undefined : await repositoryById(get, target);
  if (led !== undefined) return { outcome: 'renamed', id: String(led.id), name: led.full_name };
  if (answer.status !== 200) return notFound(name, answer);
  const repository = read(answer, repositorySchema);
  return same(repository.full_name, name)
    ? foundAs(repository.id)
    : { outcome: 'renamed', id: String(repository.id), name: repository.full_name };
}

async function repositoryById(get: Get, number: string): Promise<z.output<typeof repositorySchema> | undefined> {
  if (!/^[1-9][0-9]{0,19}$/.test(number)) return undefined;
  const answer = await get(`/repositories/${number}`);
  return answer.status === 200 ? read(answer, repositorySchema) : undefined;
}

const foundAs = (number: number): Found => ({ outcome: 'found', id: String(number) });
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function notFound(name: string, { status }: UpstreamAnswer, hint = 'for a private one it needs Metadata: read'): Found {
  const why = {
    301: 'was moved, and GitHub does not say where to: look it up and write its present name',
    403: `may not be read with this token (403): ${hint}`,
    404: `is not there, or this token cannot see it (404): check the spelling; ${hint}`,
  };
  const known = why[status as keyof typeof why];
  return {
    outcome: 'not-found',
    message: `${name} ${known ?? `cannot be looked up: GitHub answered with status ${status}`}`,
  };
}

async function ask({ ask: send, apiUrl, token }: GithubNamesOptions, path: string): Promise<UpstreamAnswer> {
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'buildpass',
    'x-github-api-version': API_VERSION,
  };
  let answer: UpstreamAnswer;
  try {
    answer = await send(`${apiUrl}${path}`, { ...LIMITS, headers });
  } catch (cause) {
    throw new Unanswered((cause as Error).message, { cause });
  }
  const refusal = refusalOf(answer, apiUrl);
  if (refusal !== undefined) throw new Unanswered(refusal);
  return answer;
}

function refusalOf({ status, headers }: UpstreamAnswer, apiUrl: string): string | undefined {
  if (status === 401)
    return 'GitHub does not take the token in GITHUB_TOKEN (401): it is wrong, has ended or was revoked; make a new one';
  if (status >= 500) return `${apiUrl} is in trouble (status ${status}): try again later`;
  if (status !== 403 && status !== 429) return undefined;
  const wait = headers['retry-after'];
  if (typeof wait === 'string' && /^[0-9]{1,6}$/.test(wait))
    return `GitHub's rate limit is used up (${status}): it asks to wait ${wait} seconds`;
  if (headers['x-ratelimit-remaining'] === '0')
    return `GitHub's rate limit is used up (${status})${resetOf(headers['x-ratelimit-reset'])}`;
  if (headers['x-github-sso'] !== undefined)
    return `the organization wants the token in GITHUB_TOKEN authorized for its single sign-on (${status}): do so in the settings of the token`;
  return status === 429 ? "GitHub's rate limit is used up (429): try again in some minutes" : undefined;
}

function resetOf(value: unknown): string {
  const seconds = typeof value === 'string' && /^[0-9]{1,12}$/.test(value) ? Number(value) : undefined;
  return seconds === undefined ? ': try again in an hour' : ` until ${new Date(seconds * 1000).toISOString()}`;
}

function read<T>({ body }: UpstreamAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  const keys = parsed.error.issues.map(({ path }) => `\`${path.join('.') || 'the whole'}\``);
  throw new Unanswered(
    `what answers is not GitHub's API: ${anyOf([...new Set(keys)])} of its answer is not what GitHub sends`,
  );
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
