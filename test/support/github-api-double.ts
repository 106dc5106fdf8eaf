// GitHub's REST API as far as names and ids go, as a real HTTP server on loopback. It answers nothing that GitHub would not:
// each request must have the method, the path and the headers that GitHub's documentation asks for, else the test fails.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { serveOnce } from './serve-once.ts';

export const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwx';

export interface GithubApi {
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
  /** instead of any answer */
  readonly answer?: (response: ServerResponse) => void;
}

export async function startGithubApi(options: GithubApiOptions = {}): Promise<GithubApi> {
  const asked: string[] = [];
  const wrong: string[] = [];
  const url = await serveOnce((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    wrong.push(...problemsOf(request));
    if (options.answer !== undefined) options.answer(response);
    else answer(options, { url, path: decodeURIComponent(request.url ?? ''), response });
  });
  onTestFinished(() => {
    if (wrong.length > 0) throw new Error(`GitHub would not have taken this:\n${wrong.join('\n')}`);
  });
  return { url, asked };
}

const HEADERS: Readonly<Record<string, string | RegExp>> = {
  accept: 'application/vnd.github+json',
  authorization: `Bearer ${TOKEN}`,
  'x-github-api-version': '2022-11-28',
  // Without one GitHub refuses the request.
  'user-agent': /./,
};

function problemsOf({ method, url, headers }: IncomingMessage): string[] {
  const places = /^\/(repos\/[\w.-]+\/[\w.-]+|orgs\/[\w.-]+\/teams\/[\w.-]+|users\/[\w.-]+|repositories\/[0-9]+)$/;
  const right = ([name, value]: [string, string | RegExp]): boolean =>
    typeof value === 'string' ? headers[name] === value : value.test(String(headers[name] ?? ''));
  const wrong = Object.entries(HEADERS).filter((entry) => !right(entry));
  return [
    ...(method === 'GET' ? [] : [`method ${method}`]),
    ...(places.test(url ?? '') ? [] : [`path ${url}`]),
    ...wrong.map(([name]) => `header ${name}: ${headers[name]}`),
  ];
}

interface Asked {
  readonly url: string;
  readonly path: string;
  readonly response: ServerResponse;
}

function answer(options: GithubApiOptions, { url, path, response }: Asked): void {
  const { repositories = {}, teams = {}, accounts = {}, renamed = {} } = options;
  const [, kind, ...rest] = path.split('/');
  const name = rest.filter((part, at) => !(kind === 'orgs' && at === 1 && part === 'teams')).join('/');
  const folded = (all: Readonly<Record<string, number>>) =>
    Object.entries(all).find(([one]) => one.toLowerCase() === name.toLowerCase());
  if (kind === 'repositories') {
    const found = Object.entries(repositories).find(([, id]) => String(id) === name);
    send(response, found && { id: found[1], full_name: found[0], private: true });
    return;
  }
  const moved = kind === 'repos' ? folded(renamed) : undefined;
  if (moved !== undefined) {
    const target = `${url}/repositories/${moved[1]}`;
    response.writeHead(301, { location: target, 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Moved Permanently', url: target }));
    return;
  }
  const found = folded(kind === 'repos' ? repositories : kind === 'orgs' ? teams : accounts);
  const [full = '', id] = found ?? [];
  const names = { full_name: full, slug: full.split('/')[1], login: full, name: 'Anything' };
  send(response, found && { id, node_id: 'x', ...names });
}

function send(response: ServerResponse, body: object | undefined): void {
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(
    JSON.stringify(body ?? { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' }),
  );
}
