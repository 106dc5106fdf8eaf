// GitHub's REST API as far as names and ids go, as a real HTTP server on loopback. It takes nothing that GitHub would not: each
// request is held against GitHub's own description of it and must have the headers that it asks for; so are its own answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { answerProblems, asDescribed, type FoundOperation, operationOf, requestProblems } from './github-openapi.ts';
import { serveOnce } from './serve-once.ts';

export const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwx';

export interface GithubApi {
  /** what `GITHUB_API_URL` names */
  readonly url: string;
  /** method and path of each request so far */
  readonly asked: readonly string[];
}

export interface GithubApiOptions {
  /** full name → id */
  readonly repositories?: Readonly<Record<string, number>>;
  /** organization/slug → id */
  readonly teams?: Readonly<Record<string, number>>;
  readonly accounts?: Readonly<Record<string, number>>;
  /** old full name → id of the repository that it leads to */
  readonly renamed?: Readonly<Record<string, number>>;
  /** as GitHub Enterprise Server has it: over https, below /api/v3 */
  readonly enterprise?: { readonly key: string; readonly cert: string };
  /** instead of any answer */
  readonly answer?: (response: ServerResponse) => void;
}

export async function startGithubApi(options: GithubApiOptions = {}): Promise<GithubApi> {
  const asked: string[] = [];
  const wrong: string[] = [];
  const base = options.enterprise === undefined ? '' : '/api/v3';
  const origin = await serveOnce((request, response) => {
    const [method = '', whole = ''] = [request.method, request.url];
    asked.push(`${method} ${whole}`);
    const url = whole.startsWith(`${base}/`) ? whole.slice(base.length) : `/not-of-this-api${whole}`;
    const found = operationOf({ method, url });
    wrong.push(...headerProblems(request).map((one) => `${method} ${whole}: ${one}`));
    if (found === undefined) wrong.push(`${method} ${whole}: GitHub has no such operation`);
    else wrong.push(...requestProblems(found, { method, url, body: '' }));
    if (options.answer !== undefined || found === undefined) (options.answer ?? notFound)(response);
    else wrong.push(...send(response, found, answerOf(options, { api: `${origin}${base}`, path: url })));
  }, options.enterprise);
  onTestFinished(() => {
    if (wrong.length > 0) throw new Error(`This is not how GitHub speaks:\n${wrong.join('\n')}`);
  });
  return { url: `${origin}${base}`, asked };
}

const HEADERS: Readonly<Record<string, string | RegExp>> = {
  accept: 'application/vnd.github+json',
  authorization: `Bearer ${TOKEN}`,
  'x-github-api-version': '2022-11-28',
  // Without one GitHub refuses the request.
  'user-agent': /./,
};

function headerProblems({ headers }: IncomingMessage): string[] {
  const right = ([name, value]: [string, string | RegExp]): boolean =>
    typeof value === 'string' ? headers[name] === value : value.test(String(headers[name] ?? ''));
  const wrong = Object.entries(HEADERS).filter((entry) => !right(entry));
  return wrong.map(([name]) => `header ${name}: ${headers[name]}`);
}

interface Answer {
  readonly status: number;
  readonly own: object;
  readonly location?: string;
}

const documentation = { documentation_url: 'https://docs.github.com/rest' };
const NOT_FOUND: Answer = { status: 404, own: { message: 'Not Found', ...documentation, status: '404' } };

function answerOf(options: GithubApiOptions, { api, path }: { api: string; path: string }): Answer {
  const { repositories = {}, teams = {}, accounts = {}, renamed = {} } = options;
  const [, kind, ...rest] = decodeURIComponent(path).split('/');
  const name = rest.filter((part, at) => !(kind === 'orgs' && at === 1 && part === 'teams')).join('/');
  const folded = (all: Readonly<Record<string, number>>) =>
    Object.entries(all).find(([one]) => one.toLowerCase() === name.toLowerCase());
  if (kind === 'repositories') {
    const found = Object.entries(repositories).find(([, id]) => String(id) === name);
    return found === undefined
      ? NOT_FOUND
      : { status: 200, own: { id: found[1], full_name: found[0], ...UNSAID.repository } };
  }
  const moved = kind === 'repos' ? folded(renamed) : undefined;
  if (moved !== undefined) {
    const location = `${api}/repositories/${moved[1]}`;
    return { status: 301, own: { message: 'Moved Permanently', url: location, ...documentation }, location };
  }
  const found = folded(kind === 'repos' ? repositories : kind === 'orgs' ? teams : accounts);
  if (found === undefined) return NOT_FOUND;
  const [full, id] = found;
  const named = {
    repos: { full_name: full, ...UNSAID.repository },
    orgs: { slug: full.split('/')[1], ...UNSAID.team },
  }[kind ?? ''];
  return { status: 200, own: { id, ...(named ?? { login: full }) } };
}

/** What GitHub's own examples lack of what its description asks for. */
const UNSAID = {
  repository: { language: null, source: { language: null } },
  team: { type: 'organization', organization: { archived_at: null } },
};

/** What is wrong with the answer by GitHub's own description. */
function send(response: ServerResponse, found: FoundOperation, { status, own, location }: Answer): string[] {
  const body = asDescribed(found, status, own);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...(location === undefined ? {} : { location }),
  });
  response.end(JSON.stringify(body));
  return answerProblems(found, status, body);
}

const notFound = (response: ServerResponse): void => void response.writeHead(404).end();
