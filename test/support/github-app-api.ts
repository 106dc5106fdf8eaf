// GitHub's REST API as a GitHub App asks it, as a real HTTP server on loopback. It checks what it is sent as GitHub does, and
// takes nothing that GitHub would not: the App's own token by its signature and times, an installation's token by what it may read.
import { createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { GithubApp } from '../../broker/github/github-app.ts';

export interface ApiRun {
  readonly id: number;
  readonly run_attempt: number;
  readonly status: string;
  readonly head_sha: string;
  readonly triggering_actor: ApiAccount | null;
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

type ApiAnswer = [status: number, body: object, headers?: Readonly<Record<string, string>>];

interface Token {
  readonly permissions: Readonly<Record<string, string>>;
  readonly repositories: readonly number[];
  readonly expires: number;
}

const APP_ID = '1234567';
const INSTALLATION = 87654321;
const NOT_FOUND: ApiAnswer = [404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' }];

export interface Knowledge {
  readonly runs: ApiRun[];
  readonly environments: ApiEnvironment[];
  /** states of accounts by `organization id/team id` */
  readonly teams: Record<string, Record<number, 'active' | 'pending'>>;
  readonly accounts: ApiAccount[];
  repository: { id: number; full_name: string };
  /** what it was called before: leads to it by a redirect */
  renamedFrom?: string;
  owner: { id: number; login: string };
  /** other organizations that the App is installed on, by name */
  organizations: Record<string, number>;
  installed: boolean;
  suspendedAt: string | null;
  permissions: Record<string, string>;
  /** an answer for every call but those for tokens, instead of its own */
  trouble?: ApiAnswer;
  /** bytes that each answer has too many */
  padding: number;
}

export const nothingYet = (): Knowledge => ({
  ...{ runs: [], environments: [], teams: {}, accounts: [] },
  repository: { id: 456789, full_name: 'octo-org/octo-repo' },
  owner: { id: 123456, login: 'octo-org' },
  organizations: {},
  ...{ installed: true, suspendedAt: null, padding: 0 },
  permissions: { metadata: 'read', actions: 'read', members: 'read' },
});

export class GithubAppApi {
  readonly requests: string[] = [];
  /** what was not as GitHub’s documents say */
  readonly complaints: string[] = [];
  /** what GitHub knows; a story changes it */
  knows: Knowledge = nothingYet();
  readonly #now: () => number;
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #tokens = new Map<string, Token>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(now: () => number = Date.now) {
    this.#now = now;
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
    if (this.complaints.length > 0) throw new Error(`GitHub would not have taken this:\n${this.complaints.join('\n')}`);
  }

  /** As a configuration names it, with its key file in the directory. */
  app(directory: string, issuers: readonly string[] = ['github']): GithubApp {
    const privateKeyFile = join(directory, 'app.pem');
    writeFileSync(privateKeyFile, this.#keys.privateKey.export({ format: 'pem', type: 'pkcs1' }), { mode: 0o600 });
    return { apiUrl: this.url, appId: APP_ID, privateKeyFile, privateNetwork: false, issuers };
  }

  /** All tokens of installations are taken back, as when the App is installed anew. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** Every token that was handed out. */
  get handedOut(): readonly Omit<Token, 'expires'>[] {
    return [...this.#tokens.values()].map(({ permissions, repositories }) => ({ permissions, repositories }));
  }

  get tokens(): readonly string[] {
    return [...this.#tokens.keys()];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = new URL(request.url ?? '', this.url).pathname;
    this.requests.push(`${request.method} ${request.url}`);
    this.#checkHeaders(request);
    const answer = this.#answer(request, path, Buffer.concat(chunks).toString());
    const [status, body, headers] = answer;
    const text = JSON.stringify(this.knows.padding === 0 ? body : { ...body, padding: 'x'.repeat(this.knows.padding) });
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(text);
  }

  #checkHeaders({ method, url, headers }: IncomingMessage): void {
    const expect = (holds: boolean, what: string): void => {
      if (!holds) this.complaints.push(`${method} ${url}: ${what}`);
    };
    expect(headers.accept === 'application/vnd.github+json', `accept ${headers.accept}`);
    expect(headers['x-github-api-version'] === '2022-11-28', 'x-github-api-version');
    expect(headers['user-agent'] !== undefined, 'user-agent: GitHub refuses a call without');
    expect(/^Bearer \S+$/.test(headers.authorization ?? ''), 'authorization');
    expect(method === 'GET' || headers['content-type'] === 'application/json', 'content-type');
  }

  #answer({ method, headers }: IncomingMessage, path: string, body: string): ApiAnswer {
    const bearer = headers.authorization?.replace(/^Bearer /, '') ?? '';
    const isForApp = path.endsWith('/installation') || path.startsWith('/app/');
    if (isForApp) {
      const problem = this.#appTokenProblem(bearer);
      if (problem !== undefined) return [401, { message: problem }];
      return method === 'POST' ? this.#createToken(path, body) : this.#installation(path);
    }
    if (this.knows.trouble !== undefined) return this.knows.trouble;
    const token = this.#tokens.get(bearer);
    if (token === undefined || token.expires < this.#now()) return [401, { message: 'Bad credentials' }];
    return this.#repositoryAnswer(path, token) ?? this.#peopleAnswer(path, token) ?? NOT_FOUND;
  }

  #appTokenProblem(jwt: string): string | undefined {
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const good = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${payload}`),
      createPublicKey(this.#keys.publicKey.export({ format: 'pem', type: 'spki' })),
      Buffer.from(signature, 'base64url'),
    );
    if (!good) return 'A JSON web token could not be decoded';
    const { iat, exp, iss } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const now = Math.floor(this.#now() / 1000);
    if (iss !== APP_ID) return 'Integration not found';
    if (!Number.isInteger(iat) || Number(iat) > now) return "'Issued at' claim ('iat') must be an Integer";
    if (!Number.isInteger(exp) || Number(exp) > now + 600)
      return "'Expiration time' claim ('exp') is too far in the future";
    return Number(exp) < now ? "'Expiration time' claim ('exp') is in the past" : undefined;
  }

  #installation(path: string): ApiAnswer {
    const { id, full_name: name } = this.knows.repository;
    const [, organization = ''] = /^\/orgs\/([^/]+)\/installation$/.exec(path) ?? [];
    const other = this.knows.organizations[organization];
    if (other !== undefined)
      return [200, { id: INSTALLATION, account: { id: other }, permissions: { members: 'read' } }];
    if (path === `/repos/${this.knows.renamedFrom}/installation`) return this.#moved('/installation');
    const known = [`/repos/${name}`, `/repositories/${id}`, `/orgs/${this.knows.owner.login}`].map(
      (one) => `${one}/installation`,
    );
    if (!this.knows.installed || !known.includes(path)) return NOT_FOUND;
    const { permissions, suspendedAt: suspended_at, owner: account } = this.knows;
    return [200, { id: INSTALLATION, app_id: Number(APP_ID), account, permissions, suspended_at }];
  }

  #moved(rest: string): ApiAnswer {
    const url = `${this.url}/repositories/${this.knows.repository.id}${rest}`;
    return [301, { message: 'Moved Permanently', url }, { location: url }];
  }

  #createToken(path: string, body: string): ApiAnswer {
    if (!this.knows.installed || path !== `/app/installations/${INSTALLATION}/access_tokens`) return NOT_FOUND;
    if (this.knows.suspendedAt !== null) return [403, { message: 'This installation has been suspended' }];
    const { repository_ids: ids, permissions = {} } = JSON.parse(body) as {
      repository_ids?: number[];
      permissions?: Record<string, string>;
    };
    if (Object.keys(permissions).length === 0) this.complaints.push('a token for everything that the App may do');
    if (ids?.some((id) => id !== this.knows.repository.id))
      return [422, { message: 'There is at least one repository that does not exist or is not accessible.' }];
    if (Object.keys(permissions).some((name) => this.knows.permissions[name] === undefined))
      return [422, { message: 'The permissions requested are not granted to this installation.' }];
    const token = `ghs_${APP_ID}_${randomUUID().replaceAll('-', '')}.${'x'.repeat(400)}.${randomUUID()}`;
    const expires = this.#now() + 3_600_000;
    this.#tokens.set(token, { permissions, repositories: ids ?? [], expires });
    const repositories = ids === undefined ? {} : { repositories: [this.knows.repository] };
    return [
      201,
      { token, expires_at: new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z'), permissions, ...repositories },
    ];
  }

  #repositoryAnswer(path: string, token: Token): ApiAnswer | undefined {
    const { id, full_name: name } = this.knows.repository;
    if (this.knows.renamedFrom !== undefined && path.startsWith(`/repos/${this.knows.renamedFrom}/`))
      return this.#moved(path.slice(`/repos/${this.knows.renamedFrom}`.length));
    const base = [`/repos/${name}`, `/repositories/${id}`].find((one) => path.startsWith(`${one}/`));
    if (base === undefined) return undefined;
    if (token.permissions['actions'] === undefined || !token.repositories.includes(id))
      return [403, { message: 'Resource not accessible by integration' }];
    return this.#runAnswer(path.slice(base.length)) ?? this.#environmentAnswer(path.slice(base.length));
  }

  #runAnswer(path: string): ApiAnswer | undefined {
    const [, id, attempt] = /^\/actions\/runs\/(\d+)\/attempts\/(\d+)$/.exec(path) ?? [];
    const run = this.knows.runs.find((one) => String(one.id) === id && String(one.run_attempt) === attempt);
    return run && [200, { ...run, repository: this.knows.repository, event: 'push', actor: run.triggering_actor }];
  }

  #environmentAnswer(path: string): ApiAnswer | undefined {
    const [, name, policies] = /^\/environments\/([^/]+)(\/deployment-branch-policies)?$/.exec(path) ?? [];
    // GitHub does not tell environments apart by the case of their letters.
    const found = this.knows.environments.find(
      (one) => one.name.toLowerCase() === decodeURIComponent(name ?? '').toLowerCase(),
    );
    if (found === undefined) return undefined;
    const { branch_policies: branches = [], ...environment } = found;
    if (policies === undefined) return [200, { id: 1, ...environment }];
    return [200, { total_count: branches.length, branch_policies: branches.map((one) => ({ id: 1, name: one })) }];
  }

  #peopleAnswer(path: string, token: Token): ApiAnswer | undefined {
    const [, id] = /^\/user\/(\d+)$/.exec(path) ?? [];
    const account = this.knows.accounts.find((one) => String(one.id) === id);
    if (account !== undefined) return [200, account];
    const [, team = '', login] = /^\/organizations\/(\d+\/team\/\d+)\/memberships\/([^/]+)$/.exec(path) ?? [];
    if (team === '') return undefined;
    if (token.permissions['members'] === undefined) return [403, { message: 'Resource not accessible by integration' }];
    const member = this.knows.accounts.find((one) => one.login === login);
    const state = this.knows.teams[team.replace('/team/', '/')]?.[member?.id ?? 0];
    return state && [200, { url: `${this.url}${path}`, role: 'member', state }];
  }
}
