// What the double of GitHub's API knows, and what it says of that to whoever has a token of an installation: runs, environments,
// accounts and teams, each as GitHub would answer.
import { historyAnswer } from './github-history.ts';

export interface ApiRun {
  readonly id: number;
  readonly run_attempt: number;
  readonly status: string;
  readonly head_sha: string;
  readonly triggering_actor: ApiAccount | null;
}

export interface ApiCommit {
  readonly sha: string;
  /** null, or empty, where the mail in it belongs to no account */
  readonly author: ApiAccount | object | null;
  readonly committer: ApiAccount | object | null;
  readonly commit: {
    readonly verification: { readonly verified: boolean; readonly reason: string };
    readonly committer?: { readonly date: string };
  };
  /** the files that it changed, by path, as it left them */
  readonly changed?: Readonly<Record<string, string>>;
}

export interface ApiAccount {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot';
}

export interface ApiEnvironment {
  readonly name: string;
  readonly protection_rules: readonly { readonly type: string; readonly reviewers?: readonly object[] }[];
  readonly deployment_branch_policy: {
    readonly protected_branches: boolean;
    readonly custom_branch_policies: boolean;
  } | null;
  readonly branch_policies?: readonly string[];
}

export type ApiAnswer = [status: number, body: object, headers?: Readonly<Record<string, string>>];

export interface Token {
  readonly permissions: Readonly<Record<string, string>>;
  readonly repositories: readonly number[];
  readonly expires: number;
}

export interface ApiRepository {
  readonly id: number;
  readonly full_name: string;
  /** whether the App may use it; `elsewhere` is another installation of the same App */
  readonly installed: 'here' | 'elsewhere' | 'nowhere';
  /** newest first, as one line of history */
  readonly commits?: readonly ApiCommit[];
}

export interface Knowledge {
  readonly runs: ApiRun[];
  /** newest first, as one line of history */
  readonly commits: ApiCommit[];
  readonly environments: ApiEnvironment[];
  /** states of accounts by `organization id/team id` */
  readonly teams: Record<string, Record<number, 'active' | 'pending'>>;
  readonly accounts: ApiAccount[];
  repository: { id: number; full_name: string };
  /** beside that one */
  otherRepositories: ApiRepository[];
  /** what it was called before: leads to it by a redirect */
  renamedFrom?: string;
  owner: { id: number; login: string };
  /** other organizations that the App is installed on, by name */
  organizations: Record<string, number>;
  installed: boolean;
  suspendedAt: string | null;
  permissions: Record<string, string>;
  /** in what way a token is wider where the mood is `wider` */
  wider: 'permission' | 'level' | 'repository' | 'everything' | 'unsaid' | 'ended';
  /** an answer for every call but those for tokens, instead of its own */
  trouble?: ApiAnswer;
  /** an answer for calls of the App itself, instead of its own */
  appTrouble?: ApiAnswer;
  /** whether it may answer what its own description does not allow */
  lies: boolean;
  /** bytes that each answer has too many */
  padding: number;
}

export const nothingYet = (): Knowledge => ({
  ...{ runs: [], commits: [], environments: [], teams: {}, accounts: [] },
  repository: { id: 456789, full_name: 'octo-org/octo-repo' },
  otherRepositories: [],
  owner: { id: 123456, login: 'octo-org' },
  organizations: {},
  ...{ installed: true, suspendedAt: null, padding: 0, lies: false, wider: 'permission' },
  permissions: { metadata: 'read', actions: 'read', members: 'read' },
});

export const NOT_FOUND: ApiAnswer = [404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' }];
const FORBIDDEN: ApiAnswer = [403, { message: 'Resource not accessible by integration' }];

/** To whoever has that token. */
export function answerOf(knows: Knowledge, url: string, token: Token): ApiAnswer {
  return repositoryAnswer(knows, new URL(url), token) ?? peopleAnswer(knows, url, token) ?? NOT_FOUND;
}

/** Where a redirect after a rename leads. */
export function moved({ repository }: Knowledge, origin: string, rest: string): ApiAnswer {
  const url = `${origin}/repositories/${repository.id}${rest}`;
  return [301, { message: 'Moved Permanently', url }, { location: url }];
}

function repositoryAnswer(
  knows: Knowledge,
  { pathname: path, searchParams }: URL,
  token: Token,
): ApiAnswer | undefined {
  const [found] = [{ ...knows.repository, commits: knows.commits }, ...knows.otherRepositories].flatMap((one) => {
    const base = [`/repos/${one.full_name}`, `/repositories/${one.id}`].find((start) => path.startsWith(`${start}/`));
    return base === undefined ? [] : [{ ...one, asked: path.slice(base.length) }];
  });
  if (found === undefined) return undefined;
  const { id, asked, commits = [] } = found;
  const isContents = asked === '/commits' || asked.startsWith('/contents/');
  if (token.permissions[isContents ? 'contents' : 'actions'] === undefined || !token.repositories.includes(id))
    return FORBIDDEN;
  if (isContents) return historyAnswer(commits, asked, searchParams);
  return runAnswer(knows, asked) ?? environmentAnswer(knows, asked);
}

function runAnswer({ runs, repository }: Knowledge, path: string): ApiAnswer | undefined {
  const [, id, attempt] = /^\/actions\/runs\/(\d+)\/attempts\/(\d+)$/.exec(path) ?? [];
  const run = runs.find((one) => String(one.id) === id && String(one.run_attempt) === attempt);
  return run && [200, { ...run, repository, event: 'push', actor: run.triggering_actor }];
}

function environmentAnswer({ environments }: Knowledge, path: string): ApiAnswer | undefined {
  const [, name, policies] = /^\/environments\/([^/]+)(\/deployment-branch-policies)?$/.exec(path) ?? [];
  // GitHub does not tell environments apart by the case of their letters.
  const found = environments.find((one) => one.name.toLowerCase() === decodeURIComponent(name ?? '').toLowerCase());
  if (found === undefined) return undefined;
  const { branch_policies: branches = [], ...environment } = found;
  if (policies === undefined) return [200, { id: 1, ...environment }];
  return [200, { total_count: branches.length, branch_policies: branches.map((one) => ({ id: 1, name: one })) }];
}

function peopleAnswer({ accounts, teams }: Knowledge, url: string, token: Token): ApiAnswer | undefined {
  const path = new URL(url).pathname;
  const [, id] = /^\/user\/(\d+)$/.exec(path) ?? [];
  const account = accounts.find((one) => String(one.id) === id);
  if (account !== undefined) return [200, account];
  const [, team = '', login] = /^\/organizations\/(\d+\/team\/\d+)\/memberships\/([^/]+)$/.exec(path) ?? [];
  if (team === '') return undefined;
  if (token.permissions['members'] === undefined) return FORBIDDEN;
  const member = accounts.find((one) => one.login === login);
  const state = teams[team.replace('/team/', '/')]?.[member?.id ?? 0];
  return state && [200, { url, role: 'member', state }];
}
