// GitHub's REST API as a GitHub App asks it, as a real HTTP server on loopback. It takes nothing that GitHub would not: each request is
// held against GitHub's own description of it, the App's own token by its signature and times, an installation's by what it may do.
// Its own answers are held against the same description.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GithubApp } from '../../broker/github/github-app.ts';
import { APP_ID, createToken, installationAnswer, noTokens } from './github-installations.ts';
import { type ApiAnswer, answerOf, type Knowledge, moved, nothingYet, type Token } from './github-knowledge.ts';
import { answerProblems, asDescribed, operationOf, requestProblems } from './github-openapi.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer, type UpstreamMood } from './moody-server.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export class GithubAppApi {
  readonly requests: string[] = [];
  /** what was not as GitHub’s documents say */
  readonly complaints: string[] = [];
  /** what GitHub knows; a story changes it */
  knows: Knowledge = nothingYet();
  readonly privateKey = privateKey;
  readonly #now: () => number;
  readonly #tokens = noTokens();
  #server: MoodyServer | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async listen(): Promise<this> {
    this.#server = await startMoodyServer((request, mood) => this.#serve(request, mood));
    return this;
  }

  get server(): MoodyServer {
    if (this.#server === undefined) throw new Error('it does not listen yet');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  async close(): Promise<void> {
    this.server.close();
    if (this.complaints.length > 0) throw new Error(`GitHub would not have taken this:\n${this.complaints.join('\n')}`);
  }

  /** As a configuration names it, with its key file in the directory. */
  app(directory: string, issuers: readonly string[] = ['github']): GithubApp {
    const privateKeyFile = join(directory, 'app.pem');
    writeFileSync(privateKeyFile, privateKey.export({ format: 'pem', type: 'pkcs1' }), { mode: 0o600 });
    return { apiUrl: this.url, appId: APP_ID, privateKeyFile, privateNetwork: false, issuers };
  }

  /** All tokens of installations are taken back, as when the App is installed anew. */
  revokeTokens(): void {
    this.#tokens.live.clear();
  }

  /** Every token that was handed out. */
  get handedOut(): readonly Omit<Token, 'expires'>[] {
    return [...this.#tokens.live.values()].map(({ permissions, repositories }) => ({ permissions, repositories }));
  }

  get tokens(): readonly string[] {
    return this.#tokens.made;
  }

  get revoked(): readonly string[] {
    return this.#tokens.revoked;
  }

  /** What a job can do with a token. */
  reads(token: string, repository: number): boolean {
    const known = this.#tokens.live.get(token);
    return known !== undefined && known.expires > this.#now() && known.repositories.includes(repository);
  }

  #serve(request: Received, mood: UpstreamMood): Reply {
    const { method, path: url, headers, body } = request;
    this.requests.push(`${method} ${url}`);
    const problem = (text: string): void => void this.complaints.push(`${method} ${url}: ${text}`);
    for (const one of headerProblems(request)) problem(one);
    const found = operationOf({ method, url });
    if (found === undefined) problem('GitHub has no such operation');
    else for (const one of requestProblems(found, { method, url, body })) problem(one);
    const [status, said, more = {}] = this.#answer(request, mood);
    if (status === 204) return { status, headers: more };
    const own = status < 400 ? said : { documentation_url: 'https://docs.github.com/rest', ...said };
    const answer = found === undefined ? own : asDescribed(found, status, own);
    if (found !== undefined && mood === 'well' && !this.knows.lies)
      for (const one of answerProblems(found, status, answer)) problem(one);
    const { padding } = this.knows;
    const padded = padding === 0 ? answer : { ...answer, padding: 'x'.repeat(padding) };
    return { status, body: padded, headers: { 'x-github-request-id': headers.host ?? '', ...more } };
  }

  #answer({ method, path: url, headers, body }: Received, mood: UpstreamMood): ApiAnswer {
    const { pathname: path } = new URL(url, this.url);
    const bearer = headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (path.endsWith('/installation') || path.startsWith('/app/')) {
      const problem = this.#appTokenProblem(bearer);
      if (problem !== undefined) return [401, { message: problem }];
      if (this.knows.appTrouble !== undefined) return this.knows.appTrouble;
      return method === 'POST'
        ? createToken(this.knows, this.#tokens, { path, body, now: this.#now(), mood })
        : installationAnswer(this.knows, this.url, path);
    }
    if (this.knows.trouble !== undefined) return this.knows.trouble;
    const token = this.#tokens.live.get(bearer);
    if (token === undefined || token.expires < this.#now()) return [401, { message: 'Bad credentials' }];
    if (method === 'DELETE') return this.#revoke(bearer);
    const { renamedFrom } = this.knows;
    if (renamedFrom !== undefined && path.startsWith(`/repos/${renamedFrom}/`))
      return moved(this.knows, this.url, path.slice(`/repos/${renamedFrom}`.length));
    return answerOf(this.knows, new URL(url, this.url).href, token);
  }

  #revoke(token: string): ApiAnswer {
    this.#tokens.live.delete(token);
    this.#tokens.revoked.push(token);
    return [204, {}];
  }

  #appTokenProblem(jwt: string): string | undefined {
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const signed = Buffer.from(`${header}.${payload}`);
    const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }));
    if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')))
      return 'A JSON web token could not be decoded';
    const { iat, exp, iss } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const now = Math.floor(this.#now() / 1000);
    if (iss !== APP_ID) return 'Integration not found';
    if (!Number.isInteger(iat) || Number(iat) > now) return "'Issued at' claim ('iat') must be an Integer";
    if (!Number.isInteger(exp) || Number(exp) > now + 600)
      return "'Expiration time' claim ('exp') is too far in the future";
    return Number(exp) < now ? "'Expiration time' claim ('exp') is in the past" : undefined;
  }
}

function headerProblems({ method, headers, body }: Received): string[] {
  const wanted: readonly [boolean, string][] = [
    [headers.accept === 'application/vnd.github+json', `accept ${headers.accept}`],
    [headers['x-github-api-version'] === '2022-11-28', 'x-github-api-version'],
    [/^buildpass\b/.test(headers['user-agent'] ?? ''), 'user-agent: GitHub refuses a call without'],
    [/^Bearer \S+$/.test(headers.authorization ?? ''), 'authorization'],
    [body === '' || /^application\/json\b/.test(headers['content-type'] ?? ''), 'content-type'],
    [method !== 'GET' || body === '', 'a GET with a body'],
  ];
  return wanted.flatMap(([holds, what]) => (holds ? [] : [what]));
}
