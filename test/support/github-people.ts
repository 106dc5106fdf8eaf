// GitHub as people sign in there: the web flow of a GitHub App, and the two questions of its API. It checks what it is sent as
// GitHub does, and where GitHub would forgive something that should never be sent, it does not.
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerProblems, asDescribed, operationOf, requestProblems } from './github-openapi.ts';

export interface GithubPerson {
  readonly id: number;
  readonly login: string;
  readonly name?: string | null;
  readonly type?: string;
  /** by `organization id/team id` */
  readonly teams: Readonly<Record<string, 'active' | 'pending' | 'hidden'>>;
}

interface Code {
  readonly person: GithubPerson;
  readonly redirectUri: string;
  readonly challenge: string;
}

export class GithubPeople {
  readonly clientId = 'Iv23liEXAMPLEEXAMPLE';
  readonly clientSecret = randomUUID();
  readonly redirectUri: string;
  /** who sits at the browser; undefined says no */
  person: GithubPerson | undefined;
  /** tokens that were handed out, with whose they are */
  readonly tokens = new Map<string, GithubPerson>();
  readonly requests: string[] = [];
  /** an answer for every API call instead of its own */
  trouble: { status: number; headers?: Record<string, string> } | undefined;
  /** what was not as GitHub’s documents say */
  readonly complaints: string[] = [];
  readonly #codes = new Map<string, Code>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  constructor(redirectUri: string) {
    this.redirectUri = redirectUri;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The account of everybody’s tokens is this one from now on. */
  change(login: string, person: GithubPerson): void {
    for (const [token, { login: had }] of this.tokens) if (had === login) this.tokens.set(token, person);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = new URLSearchParams(Buffer.concat(chunks).toString());
    if (url.pathname === '/login/oauth/authorize') this.#authorize(url.searchParams, response);
    else if (url.pathname === '/login/oauth/access_token') json(response, 200, this.#exchange(request, body));
    else if (url.pathname.startsWith('/api/v3/')) json(response, ...this.#described(request, url));
    else json(response, 404, { message: 'Not Found' });
  }

  #authorize(query: URLSearchParams, response: ServerResponse): void {
    this.#expect(query.get('client_id') === this.clientId, 'client_id');
    this.#expect(query.get('redirect_uri') === this.redirectUri, 'redirect_uri is not the registered one');
    this.#expect(query.get('code_challenge_method') === 'S256', 'code_challenge_method');
    this.#expect(/^[\w-]{43}$/.test(query.get('code_challenge') ?? ''), 'code_challenge');
    this.#expect(!query.has('scope'), 'scope: an App has none');
    const back = new URL(this.redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    if (this.person === undefined) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = randomUUID().replaceAll('-', '').slice(0, 20);
      const challenge = query.get('code_challenge') ?? '';
      this.#codes.set(code, { person: this.person, redirectUri: query.get('redirect_uri') ?? '', challenge });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  /** Errors come with 200. */
  #exchange({ method, headers }: IncomingMessage, body: URLSearchParams): object {
    this.#expect(method === 'POST', 'method of the exchange');
    this.#expect(headers.accept === 'application/json', 'accept of the exchange');
    this.#expect(headers['content-type'] === 'application/x-www-form-urlencoded', 'content-type of the exchange');
    if (body.get('client_id') !== this.clientId || body.get('client_secret') !== this.clientSecret)
      return {
        error: 'incorrect_client_credentials',
        error_description: 'The client_id and/or client_secret passed are incorrect.',
      };
    const code = this.#codes.get(body.get('code') ?? '');
    this.#codes.delete(body.get('code') ?? '');
    if (code === undefined)
      return {
        error: 'bad_verification_code',
        error_description: `The code passed is incorrect or expired: ${body.get('code')}`,
      };
    if (body.get('redirect_uri') !== code.redirectUri) return { error: 'redirect_uri_mismatch' };
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenge !== code.challenge) return { error: 'bad_verification_code', error_description: 'PKCE' };
    const token = `ghu_${randomUUID().replaceAll('-', '')}`;
    this.tokens.set(token, code.person);
    return {
      access_token: token,
      expires_in: 28_800,
      refresh_token: `ghr_${randomUUID()}`,
      refresh_token_expires_in: 15_811_200,
      scope: '',
      token_type: 'bearer',
    };
  }

  /** What is asked of the API and what it says, held against GitHub's own description. */
  #described(request: IncomingMessage, { pathname, search }: URL): ApiAnswer {
    const path = pathname.slice(7);
    const asked = { method: request.method ?? '', url: `${path}${search}`, body: '' };
    const found = operationOf(asked);
    const [status, own, headers] = this.#api(request, path);
    this.#expect(found !== undefined, `GitHub has no ${asked.method} ${asked.url}`);
    if (found === undefined || this.trouble !== undefined) return [status, own, headers];
    const said = status < 400 ? own : { documentation_url: 'https://docs.github.com/rest', ...own };
    const answer = asDescribed(found, status, said);
    this.complaints.push(...requestProblems(found, asked), ...answerProblems(found, status, answer));
    return [status, answer, headers];
  }

  #api({ headers }: IncomingMessage, path: string): ApiAnswer {
    this.#expect(headers['user-agent'] !== undefined, 'user-agent: GitHub refuses a call without');
    this.#expect(headers.accept === 'application/vnd.github+json', 'accept of the API');
    this.#expect(headers['x-github-api-version'] === '2022-11-28', 'x-github-api-version');
    if (this.trouble !== undefined) return [this.trouble.status, {}, this.trouble.headers];
    const person = this.tokens.get(headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (person === undefined) return [401, { message: 'Bad credentials' }];
    if (path === '/user') {
      const { id, login, name = null, type = 'User' } = person;
      return [200, { id, login, name, type, node_id: 'U_x', email: null }];
    }
    const [, team = '', login] = /^\/organizations\/(\d+\/team\/\d+)\/memberships\/([^/]+)$/.exec(path) ?? [];
    this.#expect(login === person.login, `asked about ${login}, and the token is of ${person.login}`);
    const state = person.teams[team.replace('/team/', '/')];
    if (state === 'hidden') return [403, { message: 'Resource protected by organization SAML enforcement.' }];
    if (state === undefined) return [404, { message: 'Not Found' }];
    return [200, { url: `${this.url}${path}`, role: 'member', state }];
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.complaints.push(what);
  }
}

type ApiAnswer = [status: number, body: object, headers?: Readonly<Record<string, string>> | undefined];

function json(response: ServerResponse, ...[status, body, headers]: ApiAnswer): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}
